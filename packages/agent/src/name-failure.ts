import type { IpVersion } from "@netcheck/wire/options";

import { failure, type Failure } from "./failure.ts";
import { named } from "./system-code.ts";
import { codeOf } from "./text.ts";

/** Codes of c-ares and getaddrinfo that mean: there is no such name, or there can be none. */
const NO_NAME = new Set(["ENOTFOUND", "EAI_NONAME", "EBADNAME"]);
const NO_ADDRESS = new Set(["ENODATA", "EAI_NODATA", "EAI_ADDRFAMILY"]);
const SLOW = new Set(["ETIMEOUT", "ECANCELLED"]);

/** What resolvers say or do besides, by its code. What is not here is this host's own trouble. */
const RESOLVER_REASONS = new Map([
  ["ESERVFAIL", "the resolver could not find out"],
  ["EREFUSED", "the resolver refuses to answer"],
  ["EFORMERR", "the resolver did not understand the question"],
  ["ENOTIMP", "the resolver does not answer such questions"],
  ["EBADRESP", "the resolver's answer cannot be read"],
  ["ECONNREFUSED", "no resolver could be asked"],
  ["EOF", "the resolver hung up"],
  ["EAI_AGAIN", "the resolver gave no answer"],
  ["EAI_FAIL", "the resolver could not find out"],
]);

/** A name that could not be resolved: a missing name is the target's fault. */
export function nameFailure(host: string, error: unknown, ipVersion?: IpVersion): Failure {
  const code = codeOf(error);
  if (NO_NAME.has(code)) return missingName(host);
  if (NO_ADDRESS.has(code)) return missingAddress(host, ipVersion);
  if (SLOW.has(code)) return slowResolver(host);
  const reason = RESOLVER_REASONS.get(code);
  const source = reason === undefined ? "agent" : "resolver";
  const why = reason ?? "this host failed to ask";
  const message = `${host} could not be looked up: ${why}${named(code)}.`;
  return failure(source, "dns", "resolver_failed", message);
}

export function missingName(host: string) {
  return failure("target", "dns", "not_found", `${host} does not exist.`);
}

/** `ipVersion` is the family that was asked for. */
export function missingAddress(host: string, ipVersion?: IpVersion) {
  const what = ipVersion ? `IPv${ipVersion} address` : "address";
  return failure("target", "dns", "not_found", `${host} has no ${what}.`);
}

export function slowResolver(host: string) {
  return failure("resolver", "dns", "timeout", `The resolver did not answer for ${host} in time.`);
}

/** No question leaves a host that has no route to any of its resolvers. */
export function cutOff(host: string) {
  const message = `${host} could not be looked up: this host has no route to its resolver.`;
  return failure("agent", "dns", "resolver_failed", message);
}
