import { probeDns } from "@netcheck/agent/probe-dns";
import { parseAllowList } from "@netcheck/wire/address";
import { DnsOptions } from "@netcheck/wire/options";

import { startDnsServer, type DnsServer } from "./dns-server.ts";

const LOOPBACK = parseAllowList("127.0.0.0/8");
const servers: DnsServer[] = [];

export function closeDns() {
  for (const server of servers.splice(0)) server.close();
}

/** A scripted resolver until `closeDns`. */
export async function resolver(script: Parameters<typeof startDnsServer>[0]) {
  const server = await startDnsServer(script);
  servers.push(server);
  return server;
}

/** Asks a resolver of choice on loopback. */
export function askDns(port: number, options: object = {}, target = "a.example") {
  const parsed = DnsOptions.parse({ resolver: "127.0.0.1", timeoutMs: 2_000, ...options });
  const context = { allow: LOOPBACK, signal: AbortSignal.timeout(parsed.timeoutMs) };
  return probeDns(target, port, parsed, context);
}
