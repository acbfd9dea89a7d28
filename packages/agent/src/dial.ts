import { connect, isIP, type Socket } from "node:net";

import { isAddressAllowed, type AllowList } from "@netcheck/wire/address";

import { policyFailure, tcpFailure, timeoutFailure, type Failure } from "./failure.ts";
import { resolveHost } from "./resolve.ts";

/** Fractional milliseconds; null for a phase that was not reached or not needed. */
export type DialTimings = { dns: number | null; tcp: number | null };

/** What dialling fills in as it learns it, so that a failure keeps it. */
export type DialRecord = { resolvedAddress: string | null; timings: DialTimings };

export type Dialled = { socket: Socket } | { failure: Failure };

export type DialOptions = {
  host: string;
  port: number;
  allow: AllowList;
  signal: AbortSignal;
};

/**
 * A connected socket to an address that the target policy allows: every address is judged before
 * it is dialled, and the socket's own peer once more. The first address of each family is tried,
 * IPv4 first. The caller destroys the socket.
 */
export async function dial(options: DialOptions, record: DialRecord): Promise<Dialled> {
  const { host, allow, signal } = options;
  const startedAt = performance.now();
  const resolution = await resolveHost(host, signal);
  if (!isIP(host)) record.timings.dns = elapsedMs(startedAt);
  if ("failure" in resolution) return resolution;
  const candidates = onePerFamily(resolution.addresses.filter((it) => isAddressAllowed(it, allow)));
  record.resolvedAddress = candidates[0] ?? resolution.addresses[0] ?? null;
  if (candidates.length === 0)
    return { failure: policyFailure(`${host} is at an address that this agent may not reach.`) };
  return await dialFirst(candidates, options, record);
}

async function dialFirst(
  candidates: readonly string[],
  { port, allow, signal }: DialOptions,
  record: DialRecord,
): Promise<Dialled> {
  let first: Failure | undefined;
  for (const address of candidates) {
    const startedAt = performance.now();
    const dialled = await open(address, port, signal);
    if ("failure" in dialled) {
      first ??= dialled.failure;
      if (signal.aborted) break;
      continue;
    }
    record.timings.tcp = elapsedMs(startedAt);
    record.resolvedAddress = address;
    const peer = dialled.socket.remoteAddress ?? "";
    if (peer === address || isAddressAllowed(peer, allow)) return dialled;
    dialled.socket.destroy();
    return {
      failure: policyFailure(`${address} led to an address that this agent may not reach.`),
    };
  }
  return { failure: first ?? timeoutFailure("tcp") };
}

function onePerFamily(addresses: readonly string[]) {
  return [4, 6].flatMap((family) => addresses.find((it) => isIP(it) === family) ?? []);
}

function open(address: string, port: number, signal: AbortSignal) {
  return new Promise<Dialled>((resolve) => {
    if (signal.aborted) return resolve({ failure: timeoutFailure("tcp") });
    const socket = connect({ host: address, port, noDelay: true });
    const settle = (dialled: Dialled) => {
      signal.removeEventListener("abort", expired);
      if ("failure" in dialled) socket.destroy();
      resolve(dialled);
    };
    const expired = () => settle({ failure: timeoutFailure("tcp") });
    signal.addEventListener("abort", expired);
    // Stays for the socket's life: an error after this phase is told by whoever reads then.
    socket.on("error", (error) => settle({ failure: tcpFailure(error) }));
    socket.once("connect", () => {
      if (!isSelfConnected(socket)) return settle({ socket });
      const refused = Object.assign(new Error("connected to itself"), { code: "ECONNREFUSED" });
      settle({ failure: tcpFailure(refused) });
    });
  });
}

/** A closed loopback port of the ephemeral range may be given to the dialling socket itself (RFC 9293, 3.5). */
function isSelfConnected(socket: Socket) {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
}

/** Fractional milliseconds since `startedAt` of `performance.now()`, to the microsecond. */
export function elapsedMs(startedAt: number) {
  return Math.round((performance.now() - startedAt) * 1_000) / 1_000;
}
