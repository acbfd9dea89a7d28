import { readFile } from "node:fs/promises";

import { CheckResponse } from "@netcheck/wire/message";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Answer as AnswerOf } from "./check-type.ts";
import { type Facts, factsOf, summarise } from "./check-types.ts";

const golden = async (name: string) => {
  const path = new URL(`../../../test/fixtures/wire/${name}.json`, import.meta.url);
  return factsOf(CheckResponse.parse(JSON.parse(await readFile(path, "utf8"))).result);
};

it("[CHK-14] the values are found where the types put them", async () => {
  expect(await golden("http-finished")).toMatchObject({ statusCode: 200 });
  expect((await golden("tcp-finished")).totalMs).toBeGreaterThan(0);
  expect(await golden("dns-finished")).toEqual({ totalMs: 12.877, statusCodeName: "NOERROR" });
  expect(await golden("dns-failed")).toEqual({ totalMs: 8.911, statusCodeName: "NXDOMAIN" });
  expect(await golden("ping-finished")).toEqual({ averageMs: 11.7, sent: 3, received: 2 });
  expect(await golden("ping-failed")).toEqual({ sent: 3, received: 0 });
  expect(factsOf({})).toEqual({});
});

it.each([
  { timings: null, statusCode: "200" },
  { timings: { total: "12" }, statusCode: 0 },
  { timings: { total: -1 }, statusCode: 1e9 },
  { timings: [1, 2], statusCode: 200.5 },
  { timings: { total: 1e300 }, statusCode: { toString: 200 } },
  { statusCodeName: "<b>", stats: { avg: null, total: -1, rcv: 2.5 } },
])("[CHK-33] what an agent made up is no number: %j", (result) => {
  expect(factsOf(result)).toEqual({});
});

it("[CHK-33] any JSON gives facts that are numbers in bounds", () => {
  const some = fc.dictionary(
    fc.constantFrom("timings", "statusCode", "stats", "x"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(some, (result) => {
      const { totalMs = 0, statusCode = 100 } = factsOf(result as Record<string, unknown>);
      expect(totalMs).toBeGreaterThanOrEqual(0);
      expect(Number.isInteger(statusCode)).toBe(true);
    }),
  );
});

type Answer = AnswerOf<Facts>;

const ok = (totalMs?: number, statusCode?: number): Answer => ({
  status: "finished",
  failureSource: null,
  failedPhase: null,
  facts: {
    ...(totalMs !== undefined && { totalMs }),
    ...(statusCode !== undefined && { statusCode }),
  },
});
const bad = (failureSource: string, failedPhase = "tcp"): Answer => ({
  status: "failed",
  failureSource,
  failedPhase,
  facts: { totalMs: 9_999 },
});

describe("what answers say together", () => {
  it("[CHK-14] NC-B-30 tcp: latency of those that connected, open for all of them", () => {
    expect(summarise("tcp", [ok(10), ok(20), ok(60)])).toEqual({
      latencyMs: { min: 10, mean: 30, p95: 60, max: 60 },
      state: "open",
    });
  });

  it.each([
    ["open", [ok(1), ok(2)]],
    ["partial", [ok(1), bad("target")]],
    ["partial", [ok(1), bad("path")]],
    ["closed", [bad("target"), bad("path"), bad("resolver", "dns")]],
    ["open", [ok(1), bad("resolver", "dns"), bad("target", "dns")]],
    [null, [bad("path"), bad("path")]],
    [null, [bad("target", "dns"), bad("resolver", "dns"), bad("path")]],
    [null, []],
  ])("[CHK-14] [CHK-43] NC-B-30 tcp: %s", (state, answers) => {
    expect(summarise("tcp", answers)).toMatchObject({ state });
  });

  it("[CHK-15] NC-B-30 an agent's own fault says nothing of the port", () => {
    expect(summarise("tcp", [ok(1), bad("agent")])).toMatchObject({ state: "open" });
    expect(summarise("tcp", [bad("platform")])).toEqual({ latencyMs: null, state: null });
  });

  it("[CHK-14] NC-B-30 http: status codes are counted, failures have none", () => {
    const answers = [ok(5, 200), ok(15, 503), ok(10, 200), bad("target")];
    expect(summarise("http", answers)).toEqual({
      latencyMs: { min: 5, mean: 10, p95: 15, max: 15 },
      statusCodes: { 200: 2, 503: 1 },
    });
  });

  it("[CHK-14] NC-B-27 NC-B-30 dns: codes are counted by name, of failures too", () => {
    const named = (answer: Answer, statusCodeName: string): Answer => ({
      ...answer,
      facts: { ...answer.facts, statusCodeName },
    });
    const answers = [named(ok(5), "NOERROR"), named(bad("target"), "NXDOMAIN"), bad("resolver")];
    expect(summarise("dns", answers)).toEqual({
      latencyMs: { min: 5, mean: 5, p95: 5, max: 5 },
      statusCodes: { NOERROR: 1, NXDOMAIN: 1 },
    });
  });

  it("[CHK-14] NC-B-29 NC-B-30 ping: averages, and the loss over all packets", () => {
    const pinged = (sent: number, received: number, averageMs?: number): Answer => ({
      status: received > 0 ? "finished" : "failed",
      failureSource: received > 0 ? null : "target",
      failedPhase: received > 0 ? null : "icmp",
      facts: { sent, received, ...(averageMs !== undefined && { averageMs }) },
    });
    const answers = [pinged(3, 3, 10), pinged(4, 3, 20), pinged(3, 0), bad("agent")];
    expect(summarise("ping", answers)).toEqual({
      latencyMs: { min: 10, mean: 15, p95: 20, max: 20 },
      lossPercent: 40,
    });
    expect(summarise("ping", [pinged(3, 9, 1)])).toMatchObject({ lossPercent: 0 });
    expect(summarise("ping", [])).toEqual({ latencyMs: null, lossPercent: null });
  });

  it("[CHK-14] where nothing was measured there is null", () => {
    expect(summarise("http", [])).toEqual({ latencyMs: null, statusCodes: null });
    expect(summarise("http", [bad("target"), ok()])).toEqual({
      latencyMs: null,
      statusCodes: null,
    });
    const unknown: Answer = {
      status: "finished",
      failureSource: null,
      failedPhase: null,
      facts: null,
    };
    expect(summarise("tcp", [unknown])).toEqual({ latencyMs: null, state: "open" });
  });
});
