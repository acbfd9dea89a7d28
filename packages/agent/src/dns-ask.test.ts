import type { Answer } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";

import { askDns, closeDns, resolver } from "../../../test/support/dns-asking.ts";

afterEach(closeDns);

const a: Answer = { type: "A", name: "a.example", ttl: 60, data: "192.0.2.1" };

describe("[PRB-40] a server that does not know EDNS is asked without it", () => {
  it.each([
    ["FORMERR", 1],
    ["NOTIMP", 4],
    ["BADVERS", 16],
  ])("where it answers %s", async (name, statusCode) => {
    const { port } = await resolver(({ edns }) =>
      edns ? { statusCode, ...(statusCode > 15 && { edns: [] }) } : { answers: [a] },
    );
    for (const protocol of ["UDP", "TCP"])
      expect(await askDns(port, { protocol })).toMatchObject({
        result: {
          statusCodeName: "NOERROR",
          protocol,
          answers: [{ value: "192.0.2.1" }],
          remarks: [{ code: "no_edns" }],
          steps: [
            { protocol, ednsSent: true, statusCode, statusCodeName: name, ms: expect.any(Number) },
            { protocol, ednsSent: false, statusCode: 0, statusCodeName: "NOERROR" },
          ],
        },
      });
  });

  it("where it is silent, within the time", async () => {
    const { port } = await resolver(({ edns }) => (edns ? "silence" : { answers: [a] }));
    const { result, failure } = await askDns(port, { timeoutMs: 600 });
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({
      answers: [{ value: "192.0.2.1" }],
      remarks: [{ code: "no_edns" }],
      steps: [
        { ednsSent: true, statusCode: null, flags: null, failure: { error: { code: "timeout" } } },
        { ednsSent: false, statusCode: 0 },
      ],
    });
  });

  it("and what it said first stands where it then says nothing", async () => {
    const { port } = await resolver(({ edns }) => (edns ? { statusCode: 1 } : "silence"));
    const { result, failure } = await askDns(port, { timeoutMs: 300 });
    expect(failure).toMatchObject({ error: { code: "resolver_failed" } });
    expect(result).toMatchObject({
      statusCodeName: "FORMERR",
      steps: [{ statusCode: 1 }, { failure: { error: { code: "timeout" } } }],
    });
  });
});

describe("[PRB-43] an answer by UDP that was cut is kept where TCP", () => {
  it.each([
    ["hangs up", "bad_answer", "hangup"],
    ["is silent", "timeout", "silence"],
    ["brings no message", "bad_answer", { bytes: Buffer.from("no message") }],
  ] as const)("%s", async (_what, code, byTcp) => {
    const { port } = await resolver(({ via }) =>
      via === "UDP" ? { tooLong: true, answers: [a] } : byTcp,
    );
    const { result, failure } = await askDns(port, { timeoutMs: 400 });
    expect(failure).toMatchObject({ failureSource: "resolver", error: { code } });
    expect(result).toMatchObject({
      statusCode: 0,
      meaning: "answer",
      protocol: "UDP",
      answers: [{ value: "192.0.2.1" }],
      truncated: true,
      remarks: [{ code: "cut_short" }],
      endedBy: code === "timeout" ? "timeout" : null,
      steps: [
        { protocol: "UDP", flags: { tc: true }, answers: [{ value: "192.0.2.1" }] },
        { protocol: "TCP", statusCode: null, failure: { error: { code } } },
      ],
    });
  });

  it("brings the whole, and shows what was cut beside it", async () => {
    const { port } = await resolver(({ via }) =>
      via === "UDP" ? { tooLong: true } : { answers: [a] },
    );
    const { result } = await askDns(port);
    expect(result).toMatchObject({
      protocol: "TCP",
      truncated: false,
      steps: [
        { protocol: "UDP", answers: [] },
        { protocol: "TCP", flags: { tc: false } },
      ],
    });
  });
});

it("[PRB-47] an answer that comes after the question was sent again counts", async () => {
  const { port } = await resolver(({ edns }) =>
    edns ? { delayMs: 350, answers: [a] } : "silence",
  );
  const { result, failure } = await askDns(port, { timeoutMs: 600 });
  expect(failure).toBeUndefined();
  expect(result).toMatchObject({
    answers: [{ value: "192.0.2.1" }],
    remarks: [],
    steps: [
      { ednsSent: true, statusCode: 0 },
      { ednsSent: false, failure: { error: { code: "timeout" } } },
    ],
  });
});

it("[PRB-46] an answer of more records than are kept says what cut it", async () => {
  const answers = Array.from({ length: 101 }, (): Answer => ({ ...a }));
  const { port } = await resolver(() => ({ answers }));
  const { result, failure } = await askDns(port, { protocol: "TCP" });
  expect(failure).toBeUndefined();
  expect(result).toMatchObject({ truncated: true, endedBy: "answer_limit", meaning: "answer" });
  expect(result["answers"]).toHaveLength(100);
});

it.each([
  ["*.Example.com.", "*.example.com"],
  ["_443._tcp.a.example", "_443._tcp.a.example"],
  ["0/25.2.0.127.in-addr.arpa", "0/25.2.0.127.in-addr.arpa"],
  ["bücher.example", "xn--bcher-kva.example"],
])("[PRB-48] the name %s is asked for", async (target, name) => {
  const { port, asked } = await resolver(() => ({}));
  await askDns(port, { recordType: "tlsa" }, target);
  expect(asked).toMatchObject([{ name, type: "TLSA" }]);
});
