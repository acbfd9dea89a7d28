import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";

export type Hosts = ReadonlyMap<string, readonly string[]>;

/** The names of a hosts file (hosts(5)) with their addresses, IPv4 first. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (!isIP(address)) continue;
    for (const name of names) {
      const known = hosts.get(name.toLowerCase()) ?? [];
      hosts.set(
        name.toLowerCase(),
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

/** This host's hosts file, read again when it changed; empty if there is none. */
export function systemHosts(): Hosts {
  const changedAt = statSync(FILE, { throwIfNoEntry: false })?.mtimeMs;
  if (changedAt === undefined) return new Map();
  if (changedAt !== cached.changedAt)
    cached = { changedAt, hosts: parseHosts(readFileSync(FILE, "utf8")) };
  return cached.hosts;
}
