import { isIPv4 } from "node:net";

/** The name that PTR is asked for (RFC 1035, 3.5; RFC 3596, 2.5). `address` is canonical. */
export function reverseName(address: string) {
  if (isIPv4(address)) return `${address.split(".").toReversed().join(".")}.in-addr.arpa`;
  const [left = "", right] = address.replace(/%.*$/, "").split("::");
  const head = left ? left.split(":") : [];
  const tail = right ? right.split(":") : [];
  const gap = Array<string>(8 - head.length - tail.length).fill("0");
  const digits = [...head, ...(right === undefined ? [] : gap), ...tail]
    .map((part) => part.padStart(4, "0"))
    .join("")
    .split("");
  return `${digits.toReversed().join(".")}.ip6.arpa`;
}
