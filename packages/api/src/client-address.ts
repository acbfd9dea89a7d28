import {
  type AllowList,
  isListed,
  literalAddress,
  subscriberNetwork,
} from "@netcheck/wire/address";

/**
 * Who sent a request: the connection's own address, and where that is a proxy of ours the address that
 * the proxy wrote down, counted from the right, for everything further left is the sender's own claim.
 */
export function clientAddress(
  connection: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: AllowList,
) {
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  let address = literalAddress(connection ?? "") ?? "unknown";
  while (isListed(address, trustedProxies)) {
    const before = literalAddress(withoutPort(hops.pop() ?? ""));
    if (before === undefined) break;
    address = before;
  }
  return { address, network: subscriberNetwork(address) };
}

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(hop: string) {
  return /^\[.*\]:\d+$|^[^:]+:\d+$/.test(hop) ? hop.replace(/:\d+$/, "") : hop;
}
