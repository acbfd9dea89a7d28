import { randomInt } from "node:crypto";

import { literalAddress } from "@netcheck/wire/address";
import type { DnsOptions } from "@netcheck/wire/options";
import { isReverseNameAllowed } from "@netcheck/wire/reverse-zone";

import { elapsedMs } from "./dial.ts";
import { askTcp, askUdp, readServer, type Asked, type Server } from "./dns-exchange.ts";
import type { DnsMessage, DnsRecord, Query } from "./dns-message.ts";
import { failure, policyFailure, timeoutFailure, type Failure } from "./failure.ts";
import { SYSTEM_NETWORK, type Network } from "./network.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";
import { reach } from "./reach.ts";
import { reverseName } from "./reverse-name.ts";

/** A lost packet is sent again after this long, to the next resolver if there are several. */
const TRY_MS = 2_000;

type Protocol = DnsOptions["protocol"];

/** What the check has learnt; `protocol` is the one that the answer came by. */
type DnsResult = {
  statusCode: number | null;
  statusCodeName: string | null;
  resolver: string | null;
  protocol: Protocol;
  answers: DnsRecord[];
  truncated: boolean;
  timings: { total: number | null };
};

type Context = ProbeContext & { network: Network };

export const dns: Probe<"dns"> = {
  run: ({ target, port, options }, context) => probeDns(target, port, options, context),
};

/** Asks a resolver for the records of a name. */
export async function probeDns(
  target: string,
  port: number,
  options: DnsOptions,
  given: ProbeContext,
): Promise<Outcome> {
  const context = { ...given, network: given.network ?? SYSTEM_NETWORK };
  const result: DnsResult = {
    statusCode: null,
    statusCodeName: null,
    resolver: null,
    protocol: options.protocol,
    answers: [],
    truncated: false,
    timings: { total: null },
  };
  const name = questionName(target, options.recordType);
  if (!name)
    return { failure: failure("agent", "run", "bad_target", "Not a name to ask for."), result };
  if (!isReverseNameAllowed(name, context.allow))
    return {
      failure: policyFailure(`${target} is nothing that this agent may ask about.`),
      result,
    };
  const found = await findServers(options, port, context);
  if ("failure" in found) return { failure: found.failure, result };
  const query = { name, type: options.recordType };
  const startedAt = performance.now();
  const asked = await askAll(found.servers, query, context, result);
  result.timings.total = elapsedMs(startedAt);
  if ("failure" in asked) return { failure: asked.failure, result };
  const { statusCode, statusCodeName, answers, truncated } = asked.message;
  Object.assign(result, { statusCode, statusCodeName, answers, truncated });
  const failed = verdict(asked.message, target);
  return failed ? { failure: failed, result } : { result };
}

/** PTR of an address is asked by its reverse name; a label or name that is too long by none. */
function questionName(target: string, type: string) {
  const address = literalAddress(target);
  if (address) return type === "PTR" ? reverseName(address) : undefined;
  if (target === ".") return target;
  const name = target.replace(/\.$/, "");
  const labels = name.split(".");
  const fits = name.length <= 253 && labels.every((it) => /^[\x21-\x7e]{1,63}$/.test(it));
  return fits ? name : undefined;
}

/** A resolver of choice passes the target policy; the system's own are the host's business. */
async function findServers(
  { resolver, ipVersion }: DnsOptions,
  port: number,
  context: Context,
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
  return { servers: reached.allowed.slice(0, 1).map((address) => ({ address, port })) };
}

async function askAll(
  servers: readonly Server[],
  query: Omit<Query, "id">,
  context: Context,
  result: DnsResult,
): Promise<Asked> {
  let last: Asked = { failure: timeoutFailure("dns") };
  for (let tries = 0; !context.signal.aborted; tries += 1) {
    const server = servers[tries % servers.length];
    if (!server) break;
    result.resolver = server.address;
    last = await ask(server, query, context, result);
    if ("message" in last) return last;
    const silent = last.failure.error.code === "timeout";
    if (!silent && tries + 1 >= servers.length) break;
  }
  return last;
}

async function ask(
  server: Server,
  query: Omit<Query, "id">,
  context: Context,
  result: DnsResult,
): Promise<Asked> {
  const { signal } = context;
  if (result.protocol === "UDP") {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]);
    const asked = await askUdp(server, withId(query), { ...context, signal: soon });
    if ("failure" in asked || !asked.message.tooLong) return asked;
    result.protocol = "TCP";
  }
  return await askTcp(server, withId(query), context);
}

/** Unguessable, so that a forged answer does not fit. */
function withId(query: Omit<Query, "id">) {
  return { ...query, id: randomInt(65_536) };
}

function verdict({ statusCode, statusCodeName }: DnsMessage, target: string) {
  if (statusCode === 0) return undefined;
  if (statusCode === 3)
    return failure("target", "dns", "not_found", `${target} does not exist (${statusCodeName}).`);
  const message = `The resolver answered ${statusCodeName} for ${target}.`;
  return failure("resolver", "dns", statusCode === 5 ? "refused" : "resolver_failed", message);
}
