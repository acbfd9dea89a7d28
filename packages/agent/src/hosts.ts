import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { domainToASCII } from "node:url";

export type Hosts = ReadonlyMap<string, readonly string[]>;

/** The one form of a host's name: ASCII, lower case, without its last dot; empty if it is none. */
export function canonicalHost(name: string) {
  return domainToASCII(name).toLowerCase().replace(/\.$/, "");
}

/** The names of a hosts file (hosts(5)) with their addresses, IPv4 first. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (!isIP(address)) continue;
    for (const name of names.map(canonicalHost).filter(Boolean)) {
      const known = hosts.get(name) ?? [];
      hosts.set(
        name,
        known.concat(address).toSorted((a, b) => isIP(a) - isIP(b)),
      );
    }
  }
  return hosts;
}

const FILE =
  process.platform === "win32"
    ? join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", "drivers", "etc", "hosts")
    : "/etc/hosts";

let cached: { changedAt: number; hosts: Hosts } = { changedAt: -1, hosts: new Map() };

/** This host's hosts file, read again when it changed; empty if there is none that can be read. */
export function systemHosts(): Hosts {
  try {
    const changedAt = statSync(FILE).mtimeMs;
    if (changedAt !== cached.changedAt)
      cached = { changedAt, hosts: parseHosts(readFileSync(FILE, "utf8")) };
    return cached.hosts;
  } catch {
    return new Map();
  }
}
