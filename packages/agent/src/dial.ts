import { isIP, type Socket } from "node:net";

import { type AllowList, isAddressAllowed } from "@netcheck/wire/address";
import type { IpVersion } from "@netcheck/wire/options";

import { policyFailure, tcpFailure, timeoutFailure, type Failure } from "./failure.ts";
import { type Network, SYSTEM_NETWORK } from "./network.ts";
import type { ProbeContext } from "./probe.ts";
import { reach } from "./reach.ts";

/** Fractional milliseconds; null for a phase that was not reached or not needed. */
export type DialTimings = { dns: number | null; tcp: number | null };

/** What dialling fills in as it learns it, so that a failure keeps it. */
export type DialRecord = { resolvedAddress: string | null; timings: DialTimings };

export type Dialled = { socket: Socket } | { failure: Failure };

export type DialOptions = ProbeContext & {
  host: string;
  port: number;
  ipVersion?: IpVersion | undefined;
};

/**
 * A connected socket to an address that the target policy allows: every address is judged before
 * it is dialled, and the socket's own peer once more. The first address of each family is tried,
 * IPv4 first. The caller destroys the socket.
 */
export async function dial(options: DialOptions, record: DialRecord): Promise<Dialled> {
  const { host, ipVersion } = options;
  const startedAt = performance.now();
  const reached = await reach(host, options, ipVersion);
  if (!isIP(host)) record.timings.dns = elapsedMs(startedAt);
  record.resolvedAddress = reached.address;
  if ("failure" in reached) return reached;
  return await dialFirst(onePerFamily(reached.allowed), options, record);
}

async function dialFirst(
  candidates: readonly string[],
  { port, allow, signal, network = SYSTEM_NETWORK }: DialOptions,
  record: DialRecord,
): Promise<Dialled> {
  let first: Failure | undefined;
  for (const address of candidates) {
    const startedAt = performance.now();
    const dialled = await openSocket(address, port, { allow, signal, network });
    if (!("failure" in dialled)) {
      record.timings.tcp = elapsedMs(startedAt);
      record.resolvedAddress = address;
      return dialled;
    }
    first ??= dialled.failure;
    if (signal.aborted || dialled.failure.failedPhase === "policy") break;
  }
  return { failure: first ?? timeoutFailure("tcp") };
}

function onePerFamily(addresses: readonly string[]) {
  return [4, 6].flatMap((family) => addresses.find((it) => isIP(it) === family) ?? []);
}

/** Connects to an address that was judged; `allow` judges the peer if it is another one. */
export function openSocket(
  address: string,
  port: number,
  { allow, signal, network }: { allow: AllowList; signal: AbortSignal; network: Network },
) {
  return new Promise<Dialled>((resolve) => {
    if (signal.aborted) return resolve({ failure: timeoutFailure("tcp") });
    const socket = network.connect(address, port);
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
      const peer = socket.remoteAddress ?? "";
      if (peer !== address && !isAddressAllowed(peer, allow)) {
        const message = `${address} led to an address that this agent may not reach.`;
        return settle({ failure: policyFailure(message) });
      }
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
