import { HeartbeatDelivery, ResultDelivery } from "@netcheck/wire/delivery";
import { ASKED, SAID } from "@netcheck/wire/kind";
import { MAX_MESSAGE_BYTES, RequestHead } from "@netcheck/wire/message";
import { describe, expect, it } from "vitest";
import * as z from "zod";

import { type Arrival, judgeSaid, judgeUndelivered } from "./arrival.ts";

const judgeResult = judgeSaid("result", SAID.result);
/** A kind that nobody is asked but here. */
const census = { schema: RequestHead.extend({ kind: z.literal("census"), of: z.string() }) };
const judgeBack = judgeUndelivered({ ...ASKED, census });
const judgeHeartbeat = judgeSaid("heartbeat", SAID.heartbeat);

const AGENT = "01980000-0000-7000-8000-000000000001";
const OTHER = "01980000-0000-7000-8000-000000000002";
const CHECK = "01980000-0000-7000-8000-00000000000c";
const NOW = new Date("2030-01-02T03:04:05.678Z");

const RESPONSE = {
  v: 1,
  id: CHECK,
  status: "finished",
  startedAt: "2030-01-02T03:04:05Z",
  durationMs: 1.25,
  result: { nested: { deep: [1, null, "é\uffff"] } },
};
const BEAT = { v: 1, at: "2001-01-01T00:00:00Z", version: "1", load: 0, running: 1 };

const arrival = (change: {
  key?: string;
  userId?: unknown;
  content?: unknown;
  headers?: Record<string, unknown>;
}): Arrival => {
  const { key = `result.${AGENT}`, content = RESPONSE, headers } = change;
  const userId = "userId" in change ? change.userId : `agent.${AGENT}`;
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return {
    content: Buffer.from(text),
    fields: { routingKey: key },
    properties: { userId, headers: { "x-request-id": "request-1", ...headers } },
  };
};

describe("a response", () => {
  it("is sent on as it came, with what the broker and the clock say", () => {
    const verdict = judgeResult(arrival({}), NOW);
    if ("reason" in verdict) throw new Error(verdict.reason);
    const delivery = ResultDelivery.parse(JSON.parse(verdict.body));
    expect(delivery).toEqual({
      kind: "response",
      agentId: AGENT,
      receivedAt: "2030-01-02T03:04:05.678Z",
      requestId: "request-1",
      response: RESPONSE,
    });
  });

  it("keeps fields that this version does not know", () => {
    const verdict = judgeResult(arrival({ content: { ...RESPONSE, later: { a: 1 } } }), NOW);
    expect(verdict).toHaveProperty("body", expect.stringContaining('"later":{"a":1}'));
  });

  it.for([
    ["nobody", undefined],
    ["a user that is no agent", "guest"],
    ["a user that only begins like one", `agent.${AGENT}.x`],
    ["something that is no text", 7],
  ] as const)("from %s is thrown out", ([, userId]) => {
    expect(judgeResult(arrival({ userId }), NOW)).toEqual({ reason: "no_user_id" });
  });

  it.for([
    `result.${OTHER}`,
    `heartbeat.${AGENT}`,
    `result.${AGENT}\n`,
    `result.${AGENT}.x`,
    `x.result.${AGENT}`,
    "result.",
    "",
  ])("under the key %j is thrown out, under the name of its sender", (key) => {
    const verdict = judgeResult(arrival({ key }), NOW);
    expect(verdict).toEqual({ reason: "wrong_key", agentId: AGENT });
  });

  it.for([
    ["no JSON", "{"],
    ["nothing", ""],
    ["null", "null"],
    ["a list", [RESPONSE]],
    ["no id", { ...RESPONSE, id: "1" }],
    ["an unknown status", { ...RESPONSE, status: "done" }],
    ["no version", { ...RESPONSE, v: undefined }],
    ["a byte order mark", `\ufeff${JSON.stringify(RESPONSE)}`],
  ] as const)("with %s is malformed", ([, content]) => {
    const verdict = judgeResult(arrival({ content }), NOW);
    expect(verdict).toEqual({ reason: "malformed", agentId: AGENT });
  });

  it("of another version says so", () => {
    const verdict = judgeResult(arrival({ content: { v: 2, whatever: true } }), NOW);
    expect(verdict).toEqual({ reason: "version", agentId: AGENT });
  });

  it("of 256 KiB passes, and of one byte more does not", () => {
    const empty = JSON.stringify({ ...RESPONSE, result: { body: "" } }).length;
    const sized = (bytes: number) =>
      arrival({ content: { ...RESPONSE, result: { body: "x".repeat(bytes - empty) } } });
    expect(judgeResult(sized(MAX_MESSAGE_BYTES), NOW)).toHaveProperty("body");
    const larger = judgeResult(sized(MAX_MESSAGE_BYTES + 1), NOW);
    expect(larger).toEqual({ reason: "too_large", agentId: AGENT });
  });

  it("nested without end neither passes for good nor breaks anything", () => {
    const deep = `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}`;
    const content = JSON.stringify(RESPONSE).replace('"deep":[', `"deeper":${deep},"deep":[`);
    expect(judgeResult(arrival({ content }), NOW)).toHaveProperty("agentId", AGENT);
  });

  it.for([["a\nb"], ["seven-7"], [`${"x".repeat(200)}`], [7], [""], [{ "!": "timestamp" }]])(
    "with the request id %j gets one of ours",
    ([id]) => {
      const verdict = judgeResult(arrival({ headers: { "x-request-id": id } }), NOW);
      expect(verdict).toHaveProperty("requestId", expect.stringMatching(/^[\da-f-]{36}$/));
    },
  );
});

describe("a heartbeat", () => {
  it("carries the time of receipt", () => {
    const content = { ...BEAT, capabilities: ["tcp"] };
    const verdict = judgeHeartbeat(arrival({ key: `heartbeat.${AGENT}`, content }), NOW);
    if ("reason" in verdict) throw new Error(verdict.reason);
    const delivery = HeartbeatDelivery.parse(JSON.parse(verdict.body));
    expect(delivery).toEqual({ agentId: AGENT, receivedAt: NOW.toISOString(), heartbeat: content });
  });

  it("is not taken for a response, nor the other way round", () => {
    expect(judgeHeartbeat(arrival({}), NOW)).toHaveProperty("reason", "wrong_key");
    const beat = arrival({ key: `heartbeat.${AGENT}`, content: BEAT });
    expect(judgeResult(beat, NOW)).toHaveProperty("reason", "wrong_key");
  });
});

describe("a request that came back", () => {
  const request = {
    v: 1,
    id: CHECK,
    type: "tcp",
    target: "example.com",
    port: 1,
    options: {},
    deadlineAt: NOW.toISOString(),
  };
  const back = (reason: string | undefined, content: unknown = request) =>
    arrival({
      key: `agent.${AGENT}`,
      userId: undefined,
      content,
      headers: { "x-death": reason ? [{ reason }, { reason: "expired" }] : undefined },
    });

  it.for([
    ["expired", "expired"],
    ["maxlen", "queue_full"],
    ["rejected", "rejected"],
    ["delivery_limit", "rejected"],
  ] as const)("because of %s is reported %s", ([death, reason]) => {
    const verdict = judgeBack(back(death));
    if ("reason" in verdict) throw new Error(verdict.reason);
    const expected = { kind: "undelivered", agentId: AGENT, checkId: CHECK, reason };
    const delivery = ResultDelivery.parse(JSON.parse(verdict.body));
    expect(delivery).toEqual({ ...expected, requestId: "request-1" });
  });

  it("[AGT-27] of any kind of the catalogue is reported, read by its own schema", () => {
    const asked = { v: 1, id: CHECK, kind: "census", of: "disks" };
    const verdict = judgeBack(back("expired", asked));
    if ("reason" in verdict) throw new Error(verdict.reason);
    expect(JSON.parse(verdict.body)).toMatchObject({ checkId: CHECK, reason: "expired" });
    const malformed = { reason: "malformed", agentId: AGENT };
    for (const change of [{ of: 1 }, { kind: "rumour" }, { kind: "toString" }])
      expect(judgeBack(back("expired", { ...asked, ...change }))).toEqual(malformed);
    expect(judgeBack(back("expired", { ...asked, v: 2 }))).toMatchObject({ reason: "version" });
  });

  it("and is none of ours is thrown out", () => {
    expect(judgeBack(back("expired", "{}"))).toHaveProperty("reason", "malformed");
    expect(judgeBack(arrival({}))).toEqual({ reason: "wrong_key" });
  });
});
