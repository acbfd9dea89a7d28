import { describe, expect, it } from "vitest";

import { dnsFailure, failure, tcpFailure, timeoutFailure } from "./failure.ts";

const error = (code: string) => Object.assign(new Error(`${code}!`), { code });

describe("every failure says whose fault it is", () => {
  it.each([
    ["ENOTFOUND", "target", "not_found"],
    ["ENODATA", "target", "not_found"],
    ["ESERVFAIL", "resolver", "resolver_failed"],
    ["EREFUSED", "resolver", "resolver_failed"],
    ["EAI_AGAIN", "resolver", "resolver_failed"],
    ["ETIMEOUT", "resolver", "timeout"],
  ])("dns %s: %s, %s", (code, failureSource, ours) => {
    const failed = dnsFailure("x.example", error(code));
    expect(failed).toMatchObject({ failureSource, failedPhase: "dns", error: { code: ours } });
  });

  it.each([
    ["ECONNREFUSED", "target", "refused"],
    ["ECONNRESET", "target", "reset"],
    ["ETIMEDOUT", "path", "timeout"],
    ["EHOSTUNREACH", "path", "unreachable"],
    ["ENETUNREACH", "path", "unreachable"],
    ["EMFILE", "agent", "unreachable"],
    ["EADDRNOTAVAIL", "agent", "unreachable"],
    ["EPERM", "agent", "unreachable"],
  ])("tcp %s: %s, %s", (code, failureSource, ours) => {
    const failed = tcpFailure(error(code));
    expect(failed).toMatchObject({ failureSource, failedPhase: "tcp", error: { code: ours } });
  });

  it("time that ran out is the fault of what was waited for", () => {
    const phases = ["dns", "tcp", "tls", "firstByte"] as const;
    const sources = phases.map((phase) => timeoutFailure(phase).failureSource);
    expect(sources).toEqual(["resolver", "path", "target", "target"]);
  });
});

it("keeps a stranger's message short and storable", () => {
  const { message } = failure("target", "tls", "tls_failed", `\0${"x".repeat(2_000)}`).error;
  expect([message.length, message[0]]).toEqual([1_000, "\ufffd"]);
});
