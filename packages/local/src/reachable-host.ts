import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

const EVERY_ADDRESS = ["0.0.0.0", "::"];

/** The host to write into a URL for a listener on `host`, so that others can reach it where they may. */
export function reachableHost(host: string, external = firstExternal() ?? "127.0.0.1"): string {
  const one = EVERY_ADDRESS.includes(host) ? external : host;
  return isIPv6(one) ? `[${one}]` : one;
}

/** The address at which this machine itself reaches a listener on `host`, without brackets. */
export function ownHost(host: string): string {
  return EVERY_ADDRESS.includes(host) ? "127.0.0.1" : host;
}

/** Whether a listener on `host` can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function firstExternal(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address;
}
