import { isIP, type Socket } from "node:net";

import type { IpVersion } from "@netcheck/wire/options";

import { allFailed } from "./connect-failure.ts";
import { openSocket } from "./connect.ts";
import type { Failure } from "./failure.ts";
import { SYSTEM_NETWORK } from "./network.ts";
import type { ProbeContext } from "./probe.ts";
import { race, type Try } from "./race.ts";
import { reach } from "./reach.ts";
import { interleaved, listed, type Tried } from "./tried.ts";

/** Fractional milliseconds; null for a phase that was not reached or not needed. */
export type DialTimings = { dns: number | null; tcp: number | null };

/**
 * What dialling fills in as it learns it, so that a failure keeps it. `resolvedAddress` is the one
 * that gave a connection, or else the first; `tried` are all, in the order they were tried in.
 */
export type DialRecord = {
  resolvedAddress: string | null;
  tried: readonly Tried[];
  timings: DialTimings;
};

export type Dialled = { socket: Socket } | { failure: Failure };

export type DialOptions = ProbeContext & {
  host: string;
  port: number;
  ipVersion?: IpVersion | undefined;
};

/** A name's owner decides how many hosts an agent dials: not more than so many. */
const MAX_DIALLED = 16;

/**
 * A connected socket to an address that the target policy allows: every address is judged before
 * it is dialled, and the socket's own peer once more. Addresses are tried as RFC 8305 has it, IPv4
 * first. The caller destroys the socket.
 */
export async function dial(options: DialOptions, record: DialRecord): Promise<Dialled> {
  const { host, port, allow, signal, network = SYSTEM_NETWORK, ipVersion } = options;
  const startedAt = performance.now();
  const reached = await reach(host, options, ipVersion);
  if (!isIP(host)) record.timings.dns = elapsedMs(startedAt);
  const order = interleaved(reached.allowed);
  const tried = listed(order, reached.refused);
  record.tried = tried;
  record.resolvedAddress = reached.address;
  if ("failure" in reached) return reached;
  const run = async (entry: Tried, until: AbortSignal): Promise<Try> => {
    const begun = performance.now();
    const connected = await openSocket(entry.address, port, { allow, signal: until, network });
    entry.ms = elapsedMs(begun);
    entry.outcome = "socket" in connected ? "connected" : connected.outcome;
    if ("failure" in connected) entry.message = connected.failure.error.message;
    return { tried: entry, connected };
  };
  const raced = await race(tried.slice(0, Math.min(order.length, MAX_DIALLED)), run, signal);
  if ("failed" in raced) return { failure: allFailed(host, raced.failed) };
  const { connected } = raced;
  record.resolvedAddress = raced.tried.address;
  if ("socket" in connected || connected.outcome === "reset") record.timings.tcp = raced.tried.ms;
  return connected;
}

/** Fractional milliseconds since `startedAt` of `performance.now()`, to the microsecond. */
export function elapsedMs(startedAt: number) {
  return Math.round((performance.now() - startedAt) * 1_000) / 1_000;
}
