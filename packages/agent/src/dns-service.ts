import { BadData, type Reader } from "./dns-reader.ts";
import { formatAddress, host, plainOrQuoted } from "./dns-text.ts";

/** Of a parameter with a form of its own, how its value is written; undefined where it has none. */
type Format = (value: Reader) => string | undefined;

const KEYS: readonly [name: string, format: Format][] = [
  ["mandatory", (value) => inOrder(each(value, value.u16)).map(keyName).join(",")],
  ["alpn", (value) => list(each(value, value.counted))],
  ["no-default-alpn", nothing],
  ["port", (value) => String(value.u16())],
  ["ipv4hint", (value) => each(value, () => formatAddress(value.take(4))).join(",")],
  ["ech", (value) => some(value.rest()).toString("base64")],
  ["ipv6hint", (value) => each(value, () => formatAddress(value.take(16))).join(",")],
  ["dohpath", (value) => plainOrQuoted(some(value.rest()))],
  ["ohttp", nothing],
];

/** SVCB and HTTPS data (RFC 9460, 2.1); what a client must not use (2.2) throws as bad data. */
export function serviceValue(data: Reader): (string | number)[] {
  const fields = [data.u16(), host(data)];
  for (let last = -1; !data.isDone();) {
    const key = data.u16();
    if (key <= last) throw new BadData("Keys out of order.");
    last = key;
    fields.push(parameter(key, data.part(data.u16())));
  }
  return fields;
}

function parameter(key: number, value: Reader) {
  const format = KEYS[key]?.[1] ?? unknown;
  const text = format(value);
  if (!value.isDone()) throw new BadData("More than its value.");
  return text === undefined ? keyName(key) : `${keyName(key)}=${text}`;
}

function keyName(key: number) {
  return KEYS[key]?.[0] ?? `key${key}`;
}

function nothing() {
  return undefined;
}

function unknown(value: Reader) {
  return value.isDone() ? undefined : plainOrQuoted(value.rest());
}

/** A comma in an item is escaped before the whole is (RFC 9460, appendix A.1). */
function list(items: readonly Buffer[]) {
  const escaped = items.map((item) => some(item).toString("latin1").replace(/[\\,]/g, "\\$&"));
  return plainOrQuoted(Buffer.from(escaped.join(","), "latin1"));
}

function each<T>(value: Reader, read: () => T) {
  const items = [read()];
  while (!value.isDone()) items.push(read());
  return items;
}

function some(bytes: Buffer) {
  if (bytes.length === 0) throw new BadData("An empty value.");
  return bytes;
}

function inOrder(keys: readonly number[]) {
  if (keys.some((key, i) => key <= (keys[i - 1] ?? 0))) throw new BadData("Keys out of order.");
  return keys;
}
