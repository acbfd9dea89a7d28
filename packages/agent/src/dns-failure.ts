import type { Unconnected } from "./connect-failure.ts";
import type { Server } from "./dns-server.ts";
import { failure, type Failure } from "./failure.ts";
import { isShortage, localReason, named } from "./system-code.ts";
import { codeOf } from "./text.ts";

/** The system would not send at all: no packet has left, so nobody else can be at fault. */
export function unsentFailure(server: Server, error: unknown): Failure {
  const code = codeOf(error);
  // A connected socket may be told of a closed port as early as when it sends.
  return code === "ECONNREFUSED" ? refusedFailure(server) : localFailure(server, code);
}

/** What the network told after a packet had left. */
export function toldFailure(server: Server, error: unknown): Failure {
  const code = codeOf(error);
  switch (code) {
    case "ECONNREFUSED":
      return refusedFailure(server);
    case "ECONNRESET":
    case "EPIPE":
      return resetFailure(server);
    case "ETIMEDOUT":
      return silentFailure(server);
    default:
      return isShortage(code) ? localFailure(server, code) : unreachableFailure(server, code);
  }
}

/** A connection that did not come about: what is the target elsewhere is the resolver here. */
export function undialledFailure(
  server: Server,
  { failure: failed, ...told }: Unconnected,
): Failure {
  const { outcome, systemCode = "" } = told;
  switch (outcome) {
    case "refused_by_policy":
      return failed;
    case "timeout":
      return silentFailure(server);
    case "refused":
      return refusedFailure(server);
    case "reset":
      return resetFailure(server);
    case "agent_limit":
      return localFailure(server, systemCode);
    case "unreachable":
      return unreachableFailure(server, systemCode);
  }
}

export function silentFailure(server: Server) {
  return failure("resolver", "dns", "timeout", `${placeOf(server)} did not answer in time.`);
}

/** What came is no answer, or none to what was asked. */
export function badAnswer(message: string) {
  return failure("resolver", "dns", "bad_answer", message);
}

function localFailure(server: Server, code: string) {
  const why = `${localReason(code)}${named(code)}`;
  const message = `This host cannot send to ${placeOf(server)}: ${why}.`;
  return failure("agent", "dns", "unreachable", message);
}

function unreachableFailure(server: Server, code: string) {
  const message = `The network says that ${placeOf(server)} cannot be reached${named(code)}.`;
  return failure("path", "dns", "unreachable", message);
}

function refusedFailure(server: Server) {
  return failure("resolver", "dns", "refused", `Nothing serves DNS at ${placeOf(server)}.`);
}

function resetFailure(server: Server) {
  return failure("resolver", "dns", "reset", `${placeOf(server)} broke the connection off.`);
}

function placeOf({ address, port }: Server) {
  return `${address} port ${port}`;
}
