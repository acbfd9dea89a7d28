import { BadData, type Reader } from "./dns-reader.ts";
import { typeName } from "./dns-registry.ts";
import { serviceValue } from "./dns-service.ts";
import { base32Hex, hex, host, instant, quoted, typeBits, wholeAddress } from "./dns-text.ts";

/** Reads a record's data into the fields that zone files have for its type. */
type Format = (data: Reader) => readonly (string | number)[];

const oneHost: Format = (data) => [host(data)];
const rankedHost: Format = (data) => [data.u16(), host(data)];
const strings: Format = (data) => until(data, () => quoted(data.counted()));
const digest: Format = (data) => [data.u16(), data.u8(), data.u8(), hex(data.rest())];
const key: Format = (data) => [data.u16(), data.u8(), data.u8(), data.rest().toString("base64")];
const certificate: Format = (data) => [data.u8(), data.u8(), data.u8(), hex(data.rest())];
const service: Format = (data) => serviceValue(data);

const FORMATS = new Map<string, Format>(
  Object.entries<Format>({
    A: (data) => [wholeAddress(data, "ipv4")],
    AAAA: (data) => [wholeAddress(data, "ipv6")],
    NS: oneHost,
    CNAME: oneHost,
    DNAME: oneHost,
    PTR: oneHost,
    MX: rankedHost,
    KX: rankedHost,
    AFSDB: rankedHost,
    RP: (data) => [host(data), host(data)],
    TXT: strings,
    SPF: strings,
    HINFO: (data) => [quoted(data.counted()), quoted(data.counted())],
    SOA: (data) => [host(data), host(data), ...times(5, data.u32)],
    SRV: (data) => [data.u16(), data.u16(), data.u16(), host(data)],
    URI: (data) => [data.u16(), data.u16(), quoted(data.rest())],
    NAPTR: (data) => [...times(2, data.u16), ...times(3, () => quoted(data.counted())), host(data)],
    CAA: (data) => [data.u8(), tag(data.counted()), quoted(data.rest())],
    SSHFP: (data) => [data.u8(), data.u8(), hex(data.rest())],
    TLSA: certificate,
    SMIMEA: certificate,
    OPENPGPKEY: (data) => [data.rest().toString("base64")],
    DS: digest,
    CDS: digest,
    DNSKEY: key,
    CDNSKEY: key,
    RRSIG: (data) => [
      typeName(data.u16()),
      ...times(2, data.u8),
      data.u32(),
      ...times(2, () => instant(data.u32())),
      data.u16(),
      host(data),
      data.rest().toString("base64"),
    ],
    NSEC: (data) => [host(data), ...typeBits(data).map(typeName)],
    NSEC3: (data) => [...hashed(data), base32Hex(data.counted()), ...typeBits(data).map(typeName)],
    NSEC3PARAM: (data) => hashed(data),
    SVCB: service,
    HTTPS: service,
  }),
);

/** Wrong data is shown by its bytes; `isWhole` says whether it was what its type says. */
export type Value = { value: string; isWhole: boolean };

/**
 * A record's data as zone files write it (RFC 1035, 5.1; RFC 3597, 5 for what is unknown or not what
 * its type says). Throws where a name or an address in it is none.
 */
export function valueOf(type: number, data: Reader): Value {
  const format = FORMATS.get(typeName(type));
  if (format)
    try {
      const fields = format(data);
      if (data.isDone() && fields.length > 0) return { value: fields.join(" "), isWhole: true };
    } catch (error) {
      if (!(error instanceof BadData)) throw error;
    }
  const bytes = data.whole();
  return { value: `\\# ${bytes.length} ${hex(bytes)}`.trimEnd(), isWhole: !format };
}

function hashed(data: Reader) {
  const numbers = [data.u8(), data.u8(), data.u16()];
  return [...numbers, hex(data.counted()) || "-"];
}

/** RFC 8659, 4.1. */
function tag(bytes: Buffer) {
  const text = bytes.toString("latin1");
  if (!/^[a-z\d]+$/i.test(text)) throw new BadData("No tag.");
  return text;
}

function times<T>(count: number, read: () => T) {
  return Array.from({ length: count }, read);
}

function until<T>(data: Reader, read: () => T) {
  const found: T[] = [];
  while (!data.isDone()) found.push(read());
  return found;
}
