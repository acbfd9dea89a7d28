import type { TryOutcome } from "@netcheck/wire/result-word";

import { failure, policyFailure, reworded, type Failure } from "./failure.ts";
import { isShortage, localReason, named } from "./system-code.ts";

/** Why an address gave no connection; `systemCode` is the system's word for it, where it has one. */
export type Unconnected = { failure: Failure; outcome: FailedTry; systemCode?: string };

type FailedTry = Exclude<TryOutcome, "connected" | "abandoned" | "not_tried">;

/** How the network tells of an ICMP or ICMPv6 error (ip(7), RFC 1122, 4.2.3.9). */
const TOLD_BY_NETWORK = new Set([
  "EACCES",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "EMSGSIZE",
  "ENETUNREACH",
  "ENONET",
  "ENOPROTOOPT",
  "EOPNOTSUPP",
  "EPROTO",
]);

/**
 * What the system said of a connection, `isAtOnce` if connect(2) itself said it: then nothing has
 * left this host. Later the network may have told. What is neither is not understood, and this host's.
 */
export function unconnected(place: string, systemCode: string, isAtOnce: boolean): Unconnected {
  const code = named(systemCode);
  const told = { systemCode };
  switch (systemCode) {
    case "ECONNREFUSED": {
      const message = `${place} refused the connection${code}.`;
      return { failure: failure("target", "tcp", "refused", message), outcome: "refused", ...told };
    }
    // No handshake ends so: what breaks one off is a refusal.
    case "ECONNRESET":
    case "EPIPE": {
      const message = `${place} accepted the connection and reset it at once${code}.`;
      return { failure: failure("target", "tcp", "reset", message), outcome: "reset", ...told };
    }
    case "ETIMEDOUT":
      return { ...silent(place), ...told };
  }
  if (isAtOnce || isShortage(systemCode) || !TOLD_BY_NETWORK.has(systemCode)) {
    const message = `This host cannot connect to ${place}: ${localReason(systemCode)}${code}.`;
    const failed = failure("agent", "tcp", "unreachable", message);
    return { failure: failed, outcome: "agent_limit", ...told };
  }
  const message = `The network says that ${place} cannot be reached${code}.`;
  const failed = failure("path", "tcp", "unreachable", message);
  return { failure: failed, outcome: "unreachable", ...told };
}

/** Nothing came back. */
export function silent(place: string): Unconnected {
  const message = `${place} did not answer in time.`;
  return { failure: failure("path", "tcp", "timeout", message), outcome: "timeout" };
}

/** The connection leads to where this agent may not go. */
export function ledElsewhere(address: string): Unconnected {
  const message = `${address} led to an address that this agent may not reach.`;
  return { failure: policyFailure(message), outcome: "refused_by_policy" };
}

/**
 * The most telling first: who was refused has heard the target, who was told by the network knows
 * more than who heard nothing, and what this host could not do says least.
 */
const TELLING: readonly FailedTry[] = ["refused", "unreachable", "timeout", "agent_limit"];

/** One verdict over all addresses that were tried in vain, and how each of them ended. */
export function allFailed(host: string, all: readonly Unconnected[]): Failure {
  const [most, ...rest] = all.toSorted(
    (a, b) => TELLING.indexOf(a.outcome) - TELLING.indexOf(b.outcome),
  );
  if (!most) return failure("path", "tcp", "timeout", `Time ran out before ${host} was tried.`);
  if (rest.length === 0) return most.failure;
  const told = all.map((one) => one.failure.error.message).join(" ");
  const message = `None of the ${all.length} addresses tried of ${host} gave a connection. ${told}`;
  return reworded(most.failure, message);
}
