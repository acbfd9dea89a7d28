import ipaddr from "ipaddr.js";

/** Networks that are allowed although they are special, from `NETCHECK_ALLOW`. */
export type AllowList = readonly (readonly [Address, number])[];
type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Reads a comma-separated list of CIDRs or addresses; throws a TypeError that names the bad part. */
export function parseAllowList(text: string): AllowList {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map(parseNetwork);
}

function parseNetwork(part: string) {
  const [address = "", bits] = part.split("/");
  try {
    // The library would read "10/8" as 0.0.0.10/8.
    if (!ipaddr.IPv6.isValid(address) && !ipaddr.IPv4.isValidFourPartDecimal(address))
      throw new TypeError("not an address");
    return ipaddr.parseCIDR(
      bits === undefined ? `${part}/${address.includes(":") ? 128 : 32}` : part,
    );
  } catch (cause) {
    throw new TypeError(`"${part}" is not an address or CIDR such as 10.0.0.0/8.`, { cause });
  }
}

/** What IANA has given out of IPv6 as global unicast; the rest is special or not given out. */
const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");

/**
 * Whether a check may reach this address: any global unicast one, and what the list allows.
 * Special ranges are IANA's special-purpose registries as `ipaddr.js` keeps them: private, loopback,
 * link-local (with cloud metadata), multicast, reserved and the IPv6 transition forms. An
 * IPv4-mapped address is judged as the IPv4 address that it is.
 */
export function isAddressAllowed(address: string, allow: AllowList) {
  const parsed = parse(address);
  return parsed !== undefined && (isGlobal(parsed) || isIn(parsed, allow));
}

/** Whether an address lies in one of these networks; what is no address lies in none. */
export function isListed(address: string, networks: AllowList) {
  const parsed = parse(address);
  return parsed !== undefined && isIn(parsed, networks);
}

function isIn(parsed: Address, networks: AllowList) {
  return networks.some(
    ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
  );
}

/** What lies in both lists: of two networks one holds the other, or they have nothing in common. */
export function commonNetworks(one: AllowList, other: AllowList): AllowList {
  const narrower = ([network, bits]: AllowList[number], [wider, few]: AllowList[number]) =>
    network.kind() === wider.kind() && bits >= few && network.match(wider, few);
  return [
    ...one.filter((mine) => other.some((theirs) => narrower(mine, theirs))),
    ...other.filter((theirs) => one.some((mine) => narrower(theirs, mine))),
  ];
}

/** As `parseAllowList` reads them, one each. */
export function formatNetworks(networks: AllowList) {
  return networks.map(([network, bits]) => `${network.toString()}/${bits}`);
}

/** What one subscriber is given: an IPv4 address, or of an IPv6 address its /64 (RFC 6177). */
export function subscriberNetwork(address: string) {
  const parsed = parse(address);
  if (parsed === undefined) return address;
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${parsed.toNormalizedString().split(":").slice(0, 4).join(":")}::/64`;
}

/** An address without its zone, an IPv4-mapped one as the IPv4 address that it is. */
function parse(address: string) {
  return ipaddr.isValid(address) ? ipaddr.process(address.replace(/%.*$/, "")) : undefined;
}

function isGlobal(address: Address) {
  if (address.range() !== "unicast") return false;
  // ::a.b.c.d (RFC 4291, 2.5.5.1) carries any IPv4 address and is no range of the library.
  return address.kind() === "ipv4" || address.match(GLOBAL_IPV6);
}

/** The address a literal stands for, in its canonical form, or undefined if it is a name. */
export function literalAddress(host: string) {
  const unbracketed = host.replace(/^\[(.*)\]$/, "$1");
  return ipaddr.isValid(unbracketed) ? ipaddr.process(unbracketed).toString() : undefined;
}
