import { CheckRequest } from "@netcheck/wire/message";
import { describe, expect, it } from "vitest";

import { expirationOf, SOURCES } from "./request.ts";

const DATA = {
  checkId: "01980000-0000-7000-8000-00000000000c",
  type: "http",
  target: "example.com",
  port: 443,
  options: { protocol: "https", headers: { "x-é": "\u{1f600}" } },
  deadlineAt: "2030-01-02T03:04:05.678Z",
  agentIds: ["01980000-0000-7000-8000-000000000001"],
};
const body = (change: object = {}, data: object = {}) =>
  JSON.stringify({
    id: "01980000-0000-7000-8000-0000000000ee",
    type: "check.requested",
    at: "2030-01-02T03:04:00.000Z",
    requestId: "request-1",
    actor: { type: "system", job: "test" },
    data: { ...DATA, ...data },
    ...change,
  });

describe("a body of check-requests", () => {
  it("becomes the message of the wire, once for all its agents", () => {
    const { content, agentIds, requestId, deadlineAt } = SOURCES.check.read(body());
    const { checkId, agentIds: _ids, ...rest } = DATA;
    const message: unknown = JSON.parse(String(content));
    expect(message).toEqual({ v: 1, id: checkId, kind: "check", ...rest });
    expect(CheckRequest.parse(message)).toEqual(message);
    expect({ agentIds, requestId }).toEqual({ agentIds: DATA.agentIds, requestId: "request-1" });
    expect(new Date(deadlineAt).toISOString()).toBe(DATA.deadlineAt);
  });

  it.for([
    ["not JSON", "{"],
    ["another event", body({ type: "check.finished" })],
    ["without a request id", body({ requestId: undefined })],
    ["without who asked", body({ actor: undefined })],
    ["for nobody", body({}, { agentIds: [] })],
    ["for too many", body({}, { agentIds: Array.from({ length: 101 }, () => DATA.agentIds[0]) })],
    ["for something that is no agent", body({}, { agentIds: ["#"] })],
    ["without a deadline", body({}, { deadlineAt: "soon" })],
  ] as const)("is refused when it is %s", ([, text]) => {
    expect(() => SOURCES.check.read(text)).toThrow();
  });
});

it.for([
  [1_000, 1_000],
  [1, 1],
  [1.9, 1],
  [0.5, undefined],
  [0, undefined],
  [-1, undefined],
] as const)("a deadline %d ms away leaves %d ms to live", ([ms, expected]) => {
  expect(expirationOf({ deadlineAt: 1_000_000 + ms }, new Date(1_000_000))).toBe(expected);
});
