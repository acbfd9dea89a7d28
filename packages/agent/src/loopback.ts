import { isIPv4 } from "node:net";

/** Whether traffic to this host stays on this machine, so that it needs no encryption. */
export function isLoopback(host: string) {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return bare === "localhost" || bare === "::1" || (isIPv4(bare) && bare.startsWith("127."));
}
