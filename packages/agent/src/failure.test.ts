import { describe, expect, it } from "vitest";

import { dnsFailure, exchangeFailure, failure, tcpFailure, timeoutFailure } from "./failure.ts";

const error = (code: string) => Object.assign(new Error(`${code}!`), { code });

/** By what was being done. */
const failing = {
  dns: (cause: NodeJS.ErrnoException) => dnsFailure("x.example", cause),
  tcp: tcpFailure,
  tls: (cause: NodeJS.ErrnoException) => exchangeFailure("tls", cause),
  firstByte: (cause: NodeJS.ErrnoException) => exchangeFailure("firstByte", cause),
};

describe("every failure says whose fault it is", () => {
  it.each([
    ["dns", "ENOTFOUND", "target", "not_found"],
    ["dns", "ENODATA", "target", "not_found"],
    ["dns", "ESERVFAIL", "resolver", "resolver_failed"],
    ["dns", "EREFUSED", "resolver", "resolver_failed"],
    ["dns", "EAI_AGAIN", "resolver", "resolver_failed"],
    ["dns", "ETIMEOUT", "resolver", "timeout"],
    ["tcp", "ECONNREFUSED", "target", "refused"],
    ["tcp", "ECONNRESET", "target", "refused"],
    ["tcp", "ETIMEDOUT", "path", "timeout"],
    ["tcp", "EHOSTUNREACH", "path", "unreachable"],
    ["tcp", "ENETUNREACH", "path", "unreachable"],
    ["tcp", "EMFILE", "agent", "unreachable"],
    ["tcp", "EADDRNOTAVAIL", "agent", "unreachable"],
    ["tcp", "EPERM", "agent", "unreachable"],
    ["tls", "ECONNRESET", "target", "reset"],
    ["tls", "ERR_SSL_WRONG_VERSION_NUMBER", "target", "tls_failed"],
    ["firstByte", "EPIPE", "target", "reset"],
    ["firstByte", "HPE_HEADER_OVERFLOW", "target", "header_overflow"],
    ["firstByte", "HPE_INVALID_CONSTANT", "target", "not_http"],
    ["firstByte", "ELSE", "target", "no_answer"],
  ] as const)("%s %s: %s, %s", (failedPhase, code, failureSource, ours) => {
    const failed = failing[failedPhase](error(code));
    expect(failed).toMatchObject({ failureSource, failedPhase, error: { code: ours } });
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
