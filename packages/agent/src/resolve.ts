import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";

import { literalAddress } from "@netcheck/wire/address";
import type { IpVersion } from "@netcheck/wire/options";

import { readServer } from "./dns-server.ts";
import type { Failure } from "./failure.ts";
import { canonicalHost, systemHosts } from "./hosts.ts";
import { cutOff, missingAddress, missingName, nameFailure, slowResolver } from "./name-failure.ts";
import { sourceAddress } from "./route.ts";
import { codeOf } from "./text.ts";
import { orAborted, pause } from "./wait.ts";

export type Resolution = { addresses: readonly string[] } | { failure: Failure };

/** Who is asked: a resolver of our own first, then what the system knows besides. */
export type Sources = {
  resolver: Pick<Resolver, "resolve4" | "resolve6" | "getServers">;
  lookup(name: string): Promise<string[]>;
};

export type ResolveOptions = { ipVersion?: IpVersion | undefined; sources?: Sources };

/** How long a resolver that answered for IPv4 may keep IPv6 waiting (RFC 8305, 3). */
const RESOLUTION_DELAY_MS = 50;

/** ECONNREFUSED: there is no resolver where c-ares looks, though the system may know another. */
const SYSTEM_MAY_KNOW = new Set(["ENOTFOUND", "ENODATA", "ECONNREFUSED"]);

/** What c-ares and getaddrinfo say where no resolver could be asked. */
const UNASKED = new Set(["ECONNREFUSED", "EAI_AGAIN"]);

/**
 * The addresses of a host, IPv4 first. c-ares answers, since it tells a missing name from a failed
 * resolver and takes none of libuv's four threads while a resolver is silent; the hosts file comes
 * before it as the system would have it, and getaddrinfo after it, for what only the system knows
 * (search domains, mDNS). With `ipVersion` only addresses of that family count.
 */
export async function resolveHost(
  host: string,
  signal: AbortSignal,
  { ipVersion, sources = systemSources() }: ResolveOptions = {},
): Promise<Resolution> {
  const name = canonicalHost(host);
  const literal = literalAddress(host) ?? literalAddress(name);
  if (literal !== undefined) return only([literal], host, ipVersion);
  if (!name || isReservedMissing(name)) return { failure: missingName(host) };
  const known = reserved(name) ?? systemHosts().get(name);
  if (known) return only(known, host, ipVersion);
  if (signal.aborted) return { failure: slowResolver(host) };
  try {
    const addresses = await orAborted(ask(name, signal, sources, ipVersion), signal);
    return addresses ? only(addresses, host, ipVersion) : { failure: slowResolver(host) };
  } catch (error) {
    if (await isCutOff(error, sources)) return { failure: cutOff(host) };
    return { failure: nameFailure(host, error, ipVersion) };
  }
}

/** An IPv4 address inside an IPv6 one is the IPv4 address. */
function only(all: readonly string[], host: string, ipVersion?: IpVersion): Resolution {
  const addresses = all
    .map((it) => literalAddress(it) ?? it)
    .filter((it) => !ipVersion || isIP(it) === ipVersion);
  return addresses.length > 0 ? { addresses } : { failure: missingAddress(host, ipVersion) };
}

/** Nobody who was asked has answered, and there is no way to any of them. */
async function isCutOff(error: unknown, { resolver }: Sources) {
  if (!UNASKED.has(codeOf(error))) return false;
  const servers = resolver.getServers().flatMap((it) => readServer(it) ?? []);
  const sources = await Promise.all(servers.map(({ address }) => sourceAddress(address)));
  return sources.length > 0 && sources.every((it) => it === undefined);
}

/** A name that never exists (RFC 6761, 6.4). */
function isReservedMissing(name: string) {
  return name === "invalid" || name.endsWith(".invalid");
}

/** Names that are always this host, and never go to a resolver (RFC 6761, 6.3). */
function reserved(name: string) {
  if (name.endsWith(".localhost")) return ["127.0.0.1", "::1"];
  if (name === "localhost") return systemHosts().get(name) ?? ["127.0.0.1", "::1"];
  return undefined;
}

async function ask(
  name: string,
  signal: AbortSignal,
  { resolver, lookup }: Sources,
  ipVersion?: IpVersion,
) {
  try {
    if (ipVersion === 4) return await resolver.resolve4(name);
    if (ipVersion === 6) return await resolver.resolve6(name);
    return await askResolver(name, signal, resolver);
  } catch (error) {
    if (!SYSTEM_MAY_KNOW.has(codeOf(error)) || signal.aborted) throw error;
    return await askSystem(name, error, lookup);
  }
}

async function askSystem(name: string, told: unknown, lookup: Sources["lookup"]) {
  try {
    return (await lookup(name)).toSorted((a, b) => isIP(a) - isIP(b));
  } catch (error) {
    // A resolver that has spoken says more than the system, which knows one word for all.
    throw codeOf(told) === "ECONNREFUSED" ? error : told;
  }
}

async function askResolver(name: string, signal: AbortSignal, resolver: Sources["resolver"]) {
  const v6 = settled(resolver.resolve6(name));
  const v4 = await settled(resolver.resolve4(name));
  if (!("addresses" in v4)) {
    const only = await v6;
    if ("addresses" in only) return only.addresses;
    // Of two refusals the graver speaks: a resolver that failed does not prove the name missing.
    throw codeOf(v4.error) === "ENODATA" ? only.error : v4.error;
  }
  const more = await Promise.race([v6, pause(RESOLUTION_DELAY_MS, signal)]);
  return more && "addresses" in more ? [...v4.addresses, ...more.addresses] : v4.addresses;
}

function settled(query: Promise<string[]>) {
  return query.then(
    (addresses) => ({ addresses }),
    (error: unknown) => ({ error }),
  );
}

/**
 * A resolver for one check: c-ares gives up all that it asks on a socket where one answer on it cannot
 * be read. It reads resolv.conf anew, as it is now.
 */
function systemSources(): Sources {
  return { resolver: new Resolver({ timeout: 2_000, tries: 2 }), lookup: lookupAll };
}

async function lookupAll(name: string) {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
