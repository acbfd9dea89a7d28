import { SocketAddress } from "node:net";

import { escapeByte, formatName } from "@netcheck/wire/dns-name";

import { BadData, NoMessage, type Reader } from "./dns-reader.ts";

/** A character string in quotes, with what cannot be printed as `\DDD` (RFC 1035, 5.1). */
export function quoted(bytes: Buffer) {
  const text = bytes.toString("latin1").replace(/["\\]/g, "\\$&");
  return `"${text.replace(/[^\x20-\x7e]/g, escapeByte)}"`;
}

/** The same without quotes, where nothing in it needs them. */
export function plainOrQuoted(bytes: Buffer) {
  const text = bytes.toString("latin1");
  return /^[\w!#-'*-:<-[\]^`{-~]+$/.test(text) ? text : quoted(bytes);
}

export function host(data: Reader) {
  return formatName(data.name());
}

/** What was to be an address (RFC 1035, 3.4.1; RFC 3596, 2.2) and is none leads nowhere. */
export function wholeAddress(data: Reader, family: "ipv4" | "ipv6") {
  const bytes = data.rest();
  if (bytes.length !== (family === "ipv4" ? 4 : 16))
    throw new NoMessage(`An address of ${bytes.length} bytes.`);
  return formatAddress(bytes);
}

/** In the short form (RFC 5952). */
export function formatAddress(bytes: Buffer) {
  if (bytes.length === 4) return bytes.join(".");
  const address = bytes.toString("hex").replace(/.{4}(?!$)/g, "$&:");
  return new SocketAddress({ address, family: "ipv6" }).address;
}

export function hex(bytes: Buffer) {
  return bytes.toString("hex").toUpperCase();
}

/** As zone files write the salt and the hashes of NSEC3 (RFC 5155, 3.3). */
export function base32Hex(bytes: Buffer) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const fives = bits.match(/.{1,5}/g) ?? [];
  return fives
    .map((five) => parseInt(five.padEnd(5, "0"), 2).toString(32))
    .join("")
    .toUpperCase();
}

/** A signature's time in UTC, YYYYMMDDHHmmSS (RFC 4034, 3.2). */
export function instant(seconds: number) {
  return new Date(seconds * 1_000).toISOString().replace(/\D/g, "").slice(0, 14);
}

/** The types that a bitmap counts (RFC 4034, 4.1.2). */
export function typeBits(data: Reader) {
  const numbers: number[] = [];
  while (!data.isDone()) {
    const window = data.u8();
    const bits = data.counted();
    if (bits.length === 0 || bits.length > 32) throw new BadData("No bitmap of types.");
    for (const [at, byte] of bits.entries())
      for (let bit = 0; bit < 8; bit += 1)
        if (byte & (0x80 >> bit)) numbers.push(window * 256 + at * 8 + bit);
  }
  return numbers;
}
