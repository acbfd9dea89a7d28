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

const TIMEOUT_SOURCE = {
  dns: "resolver",
  tcp: "path",
  tls: "target",
  firstByte: "target",
} as const;

/** Time ran out while the check was in this phase. */
export function timeoutFailure(phase: keyof typeof TIMEOUT_SOURCE) {
  return failure(TIMEOUT_SOURCE[phase], phase, "timeout", `Time ran out in phase ${phase}.`);
}

/** Codes of c-ares and getaddrinfo that mean: the name does not or cannot exist, or has no address. */
const NOT_FOUND = new Set(["ENOTFOUND", "ENODATA", "EAI_NODATA", "EAI_NONAME", "EBADNAME"]);
const RESOLVER_SLOW = new Set(["ETIMEOUT", "ECANCELLED"]);

/** A name that could not be resolved: a missing name is the target's fault, the rest the resolver's. */
export function dnsFailure(host: string, error: unknown) {
  const code = codeOf(error);
  if (NOT_FOUND.has(code))
    return failure("target", "dns", "not_found", `${host} does not exist or has no address.`);
  if (RESOLVER_SLOW.has(code))
    return failure("resolver", "dns", "timeout", `The resolver gave no answer for ${host}.`);
  return failure("resolver", "dns", "resolver_failed", `Resolving ${host}: ${messageOf(error)}`);
}

/**
 * Refused: something at the target answered. Local shortages are the agent's; the rest is the way
 * there, EACCES too: that is how Linux tells of an ICMPv6 "administratively prohibited".
 */
export function tcpFailure(error: unknown) {
  const message = messageOf(error);
  switch (codeOf(error)) {
    case "ECONNREFUSED":
      return failure("target", "tcp", "refused", message);
    // The handshake was over: what refuses one is ECONNREFUSED.
    case "ECONNRESET":
      return failure("target", "tcp", "reset", message);
    case "ETIMEDOUT":
      return failure("path", "tcp", "timeout", message);
    case "EMFILE":
    case "ENFILE":
    case "ENOBUFS":
    case "EADDRNOTAVAIL":
    case "EPERM":
      return failure("agent", "tcp", "unreachable", message);
    default:
      return failure("path", "tcp", "unreachable", message);
  }
}

/** A resolver that could not be asked at all: what is the target elsewhere is the resolver here. */
export function resolverFailure(error: unknown) {
  const { failureSource, error: told } = tcpFailure(error);
  const source = failureSource === "target" || told.code === "timeout" ? "resolver" : failureSource;
  return failure(source, "dns", told.code, told.message);
}
