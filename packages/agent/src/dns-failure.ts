import type { Server } from "./dns-server.ts";
import { failure, type Failure } from "./failure.ts";
import { codeOf } from "./text.ts";

/** Why a system sends nothing, by its code: its rules, its routes, its addresses and its means. */
const LOCAL_REASONS = new Map([
  ["EACCES", "the system does not permit it"],
  ["EPERM", "the system does not permit it"],
  ["ENETUNREACH", "it has no route there"],
  ["EHOSTUNREACH", "it has no route there"],
  ["EADDRNOTAVAIL", "it has no address to send from"],
  ["EAFNOSUPPORT", "it has no address of that family"],
]);

const SHORTAGES = new Map([
  ["EMFILE", "too many files are open"],
  ["ENFILE", "too many files are open"],
  ["ENOBUFS", "it has no room left for what is to be sent"],
  ["ENOMEM", "it has no memory left"],
]);

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
    case "EPIPE": {
      const message = `${placeOf(server)} broke the connection off.`;
      return failure("resolver", "dns", "reset", message);
    }
    case "ETIMEDOUT":
      return silentFailure(server);
    default: {
      const isLocal = SHORTAGES.has(code) || code === "EPERM";
      return isLocal ? localFailure(server, code) : unreachableFailure(server, code);
    }
  }
}

/** A connection that did not come about: what is the target elsewhere is the resolver here. */
export function undialledFailure(server: Server, failed: Failure): Failure {
  if (failed.failedPhase === "policy") return failed;
  if (failed.error.code === "timeout") return silentFailure(server);
  if (failed.error.code === "refused") return refusedFailure(server);
  const [code = ""] = /\bE[A-Z]{3,}\b/.exec(failed.error.message) ?? [];
  const isLocal = failed.failureSource === "agent";
  return isLocal ? localFailure(server, code) : unreachableFailure(server, code);
}

export function silentFailure(server: Server) {
  return failure("resolver", "dns", "timeout", `${placeOf(server)} did not answer in time.`);
}

/** What came is no answer, or none to what was asked. */
export function badAnswer(message: string) {
  return failure("resolver", "dns", "bad_answer", message);
}

function localFailure(server: Server, code: string) {
  const reason = LOCAL_REASONS.get(code) ?? SHORTAGES.get(code) ?? "the system refuses to";
  const message = `This host cannot send to ${placeOf(server)}: ${reason}${named(code)}.`;
  return failure("agent", "dns", "unreachable", message);
}

function unreachableFailure(server: Server, code: string) {
  const message = `The network says that ${placeOf(server)} cannot be reached${named(code)}.`;
  return failure("path", "dns", "unreachable", message);
}

function refusedFailure(server: Server) {
  return failure("resolver", "dns", "refused", `Nothing serves DNS at ${placeOf(server)}.`);
}

function placeOf({ address, port }: Server) {
  return `${address} port ${port}`;
}

/** The system's own word, for those who look it up. */
function named(code: string) {
  return /^E[A-Z0-9]+$/.test(code) ? ` (${code})` : "";
}
