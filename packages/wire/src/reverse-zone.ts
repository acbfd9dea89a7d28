import { type AllowList, isAddressAllowed } from "./address.ts";
import { type Labels, parseName } from "./dns-name.ts";

/**
 * Whether a name may be asked for: one below `in-addr.arpa` or `ip6.arpa` stands for an address or a
 * network of them (RFC 1035, 3.5; RFC 3596, 2.5), and says who is there. It may be asked for where a
 * check may go itself; of a network, where it may go to a part of it. Other names always may.
 */
export function isReverseNameAllowed(name: string, allow: AllowList) {
  const ends = endsOf(parseName(name) ?? []);
  return ends === undefined || ends.some((address) => isAddressAllowed(address, allow));
}

/** The lowest and the highest address that a reverse name stands for. */
function endsOf(name: Labels) {
  const labels = name.map((it) => it.toLowerCase()).toReversed();
  const zone = labels.slice(0, 2).join(".");
  if (labels.length < 3) return undefined;
  if (zone === "arpa.in-addr") {
    const octets = leading(labels.slice(2, 6), /^\d{1,3}$/);
    return [0, 255].map((fill) => filled(octets, 4, String(fill)).map(Number).join("."));
  }
  if (zone !== "arpa.ip6") return undefined;
  const digits = leading(labels.slice(2, 34), /^[\da-f]$/);
  return ["0", "f"].map((fill) =>
    filled(digits, 32, fill)
      .join("")
      .replace(/.{4}(?!$)/g, "$&:"),
  );
}

function leading(labels: readonly string[], pattern: RegExp) {
  const end = labels.findIndex((label) => !pattern.test(label));
  return end === -1 ? labels : labels.slice(0, end);
}

function filled(parts: readonly string[], length: number, fill: string) {
  return [...parts, ...Array<string>(length - parts.length).fill(fill)];
}
