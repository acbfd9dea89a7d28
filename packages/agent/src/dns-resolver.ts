import type { DnsOptions } from "@netcheck/wire/options";

import { readServer, type Server } from "./dns-server.ts";
import type { DnsContext } from "./dns-step.ts";
import { failure, type Failure } from "./failure.ts";
import { reach } from "./reach.ts";

/** A name may have any number of addresses, and each is sent a question. */
const MAX_SERVERS = 4;

/** A resolver of choice passes the target policy; the system's own are the host's business. */
export async function findServers(
  { resolver, ipVersion }: DnsOptions,
  port: number,
  context: DnsContext,
): Promise<{ servers: Server[] } | { failure: Failure }> {
  if (resolver === undefined) {
    const servers = context.network.resolvers().flatMap((it) => readServer(it) ?? []);
    if (servers.length > 0) return { servers };
    return { failure: failure("agent", "dns", "no_resolver", "This host has no resolver.") };
  }
  const reached = await reach(resolver, context, ipVersion);
  if ("failure" in reached) {
    const { failure: failed } = reached;
    // That the resolver's own name is missing says nothing about the target.
    return {
      failure:
        failed.failureSource === "target" ? { ...failed, failureSource: "resolver" } : failed,
    };
  }
  const addresses = [...new Set(reached.allowed)].slice(0, MAX_SERVERS);
  return { servers: addresses.map((address) => ({ address, port })) };
}
