import type { FailureSource, Phase } from "@netcheck/wire/message";

import { cleanText, codeOf, messageOf } from "./text.ts";

/** What stood in the way of a check, whose fault it is and how far the check came. */
export type Failure = {
  failureSource: FailureSource;
  failedPhase: Phase;
  error: { code: string; message: string };
};

export function failure(
  failureSource: FailureSource,
  failedPhase: Phase,
  code: string,
  message: string,
): Failure {
  return { failureSource, failedPhase, error: { code, message: cleanText(message, 1_000) } };
}

export function policyFailure(message: string) {
  return failure("agent", "policy", "refused_by_policy", message);
}

const TIMEOUTS = {
  dns: ["resolver", "The resolver did not answer in time."],
  tls: ["target", "The target did not finish the TLS handshake in time."],
  firstByte: ["target", "The target took the request and did not answer in time."],
} as const;

/** Time ran out while the check was in this phase. */
export function timeoutFailure(phase: keyof typeof TIMEOUTS) {
  const [source, message] = TIMEOUTS[phase];
  return failure(source, phase, "timeout", message);
}

/** The connection stood, and TLS or the answer's head failed. */
export function exchangeFailure(phase: "tls" | "firstByte", error: unknown) {
  return failure("target", phase, exchangeCode(phase, codeOf(error)), saidBy(error));
}

/** Of OpenSSL its reason alone: the rest of its message is addresses and files of this program. */
function saidBy(error: unknown) {
  const isTls = error instanceof Error && "reason" in error && typeof error.reason === "string";
  return isTls ? `TLS: ${String(error.reason)}` : messageOf(error);
}

function exchangeCode(phase: "tls" | "firstByte", code: string) {
  if (code === "ECONNRESET" || code === "EPIPE") return "reset";
  if (code === "ETIMEDOUT") return "timeout";
  if (code === "HPE_HEADER_OVERFLOW") return "header_overflow";
  if (code.startsWith("HPE_")) return "not_http";
  if (code.startsWith("ERR_HTTP2_")) return "http2_failed";
  // With TLS 1.3 a target that wants a certificate says so after the handshake.
  if (code.startsWith("ERR_SSL_")) return "tls_failed";
  return phase === "tls" ? "tls_failed" : "no_answer";
}
