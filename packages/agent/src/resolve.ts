import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { domainToASCII } from "node:url";

import { literalAddress } from "@netcheck/wire/address";
import type { IpVersion } from "@netcheck/wire/options";

import { dnsFailure, failure, timeoutFailure, type Failure } from "./failure.ts";
import { systemHosts } from "./hosts.ts";
import { codeOf } from "./text.ts";
import { orAborted, pause } from "./wait.ts";

export type Resolution = { addresses: readonly string[] } | { failure: Failure };

/** Who is asked: a resolver of our own first, then what the system knows besides. */
export type Sources = {
  resolver: Pick<Resolver, "resolve4" | "resolve6">;
  lookup(name: string): Promise<string[]>;
};

export type ResolveOptions = { ipVersion?: IpVersion | undefined; sources?: Sources };

/** How long a resolver that answered for IPv4 may keep IPv6 waiting (RFC 8305, 3). */
const RESOLUTION_DELAY_MS = 50;
const RESOLVER_AGE_MS = 30_000;

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
  const literal = isIP(host) ? host : literalAddress(host);
  if (literal) return only([literal], host, ipVersion);
  const name = domainToASCII(host).toLowerCase().replace(/\.$/, "");
  if (!name) return { failure: failure("target", "dns", "not_found", `${host} is not a name.`) };
  const known = reserved(name) ?? systemHosts().get(name);
  if (known) return only(known, host, ipVersion);
  if (signal.aborted) return { failure: timeoutFailure("dns") };
  try {
    const addresses = await orAborted(ask(name, signal, sources, ipVersion), signal);
    return addresses ? only(addresses, host, ipVersion) : { failure: timeoutFailure("dns") };
  } catch (error) {
    return { failure: dnsFailure(host, error) };
  }
}

function only(all: readonly string[], host: string, ipVersion?: IpVersion): Resolution {
  const addresses = ipVersion ? all.filter((it) => isIP(it) === ipVersion) : all;
  return addresses.length > 0 ? { addresses } : { failure: dnsFailure(host, notFound()) };
}

/** Names that never go to a resolver (RFC 6761, 6.3 and 6.4). */
function reserved(name: string) {
  if (name === "invalid" || name.endsWith(".invalid")) return [];
  if (name.endsWith(".localhost")) return ["127.0.0.1", "::1"];
  if (name === "localhost") return systemHosts().get(name) ?? ["127.0.0.1", "::1"];
  return undefined;
}

function notFound() {
  return Object.assign(new Error("not found"), { code: "ENOTFOUND" });
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
    // ECONNREFUSED: there is no resolver where c-ares looks, though the system may know another.
    if (!["ENOTFOUND", "ENODATA", "ECONNREFUSED"].includes(codeOf(error)) || signal.aborted)
      throw error;
    return (await lookup(name)).toSorted((a, b) => isIP(a) - isIP(b));
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

let current: { resolver: Resolver; madeAt: number } | undefined;

/** A resolver reads resolv.conf once, so an old one is replaced. */
function systemSources(): Sources {
  const now = performance.now();
  if (!current || now - current.madeAt > RESOLVER_AGE_MS)
    current = { resolver: new Resolver({ timeout: 2_000, tries: 2 }), madeAt: now };
  return { resolver: current.resolver, lookup: lookupAll };
}

async function lookupAll(name: string) {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
