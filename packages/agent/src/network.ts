import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { getServers } from "node:dns";
import { connect, type Socket } from "node:net";

import type { IpVersion } from "@netcheck/wire/options";

import { runPing, type ToolOutput } from "./ping-tool.ts";
import { resolveHost, type Resolution } from "./resolve.ts";

/** The one way out of a check: whatever leaves this host for a target leaves by one of these. */
export type Network = {
  resolve(host: string, signal: AbortSignal, ipVersion?: IpVersion): Promise<Resolution>;
  /** The system's own resolvers, as `address`, `address:port` or `[address]:port`. */
  resolvers(): readonly string[];
  /** `address` is a literal: nothing is resolved behind the policy's back. */
  connect(address: string, port: number): Socket;
  openUdp(family: IpVersion): UdpSocket;
  /** Runs the system's ping; the last of `argv` is the address. */
  ping(command: string, argv: readonly string[], signal: AbortSignal): Promise<ToolOutput>;
};

/** This host's own network. */
export const SYSTEM_NETWORK: Network = {
  resolve: (host, signal, ipVersion) => resolveHost(host, signal, { ipVersion }),
  resolvers: getServers,
  connect: (address, port) => connect({ host: address, port, noDelay: true }),
  openUdp: (family) => createSocket(family === 4 ? "udp4" : "udp6"),
  ping: runPing,
};
