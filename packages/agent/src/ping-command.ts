import { isIPv6 } from "node:net";

import type { PingOptions } from "@netcheck/wire/options";

export type PingCommand = { command: string; argv: string[] };

/** Seconds that the last reply is waited for: 1 to 5, as the check's time allows. */
function waitSeconds({ packets, intervalMs, timeoutMs }: PingOptions) {
  const leftMs = timeoutMs - (packets - 1) * intervalMs;
  return Math.min(5, Math.max(1, Math.ceil(leftMs / 1_000)));
}

/**
 * How the system's ping is called: iputils and busybox take the same flags, macOS has a program of
 * its own for IPv6 and counts the wait in milliseconds. `-w` is left out: with it iputils sends on
 * until so many replies came. `address` is a literal, never a name.
 */
export function pingCommand(
  address: string,
  options: PingOptions,
  platform: NodeJS.Platform = process.platform,
): PingCommand {
  const { packets, intervalMs } = options;
  const common = ["-n", "-c", String(packets), "-i", String(intervalMs / 1_000)];
  const wait = waitSeconds(options);
  if (platform !== "darwin") {
    const family = isIPv6(address) ? "-6" : "-4";
    return { command: "ping", argv: [...common, "-W", String(wait), family, "--", address] };
  }
  if (isIPv6(address)) return { command: "ping6", argv: [...common, "--", address] };
  return { command: "ping", argv: [...common, "-W", String(wait * 1_000), "--", address] };
}
