import * as z from "zod";

const timeoutMs = z.int().min(100).max(60_000);

/** Which family of addresses to use where a name is given; without it, IPv4 first and then IPv6. */
const ipVersion = z.union([z.literal(4), z.literal(6)]).optional();
export type IpVersion = 4 | 6;

/** A header a check may send: token characters, and no line breaks in its value (RFC 9110, 5). */
const HeaderName = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "Not a header name.");
const HeaderValue = z
  .string()
  .max(8_192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "Not a header value.");

/**
 * Options of an `http` check, with their defaults. `timeoutMs` covers the whole check. `https`
 * speaks HTTP/1.1; `http2` is https that offers HTTP/2 first and takes what the target chooses.
 */
export const HttpOptions = z.strictObject({
  method: z.enum(["GET", "HEAD", "OPTIONS"]).default("GET"),
  protocol: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["http", "https", "http2"]))
    .default("http"),
  path: z
    .string()
    .startsWith("/")
    .max(16_384)
    .regex(/^[\x21-\x7e]*$/, "Percent-encode it.")
    .default("/"),
  query: z
    .string()
    .max(16_384)
    .regex(/^[\x21-\x7e]*$/, "Percent-encode it.")
    .default(""),
  headers: z.record(HeaderName, HeaderValue).default({}),
  maxRedirects: z.int().min(0).max(10).default(5),
  ipVersion,
  timeoutMs: timeoutMs.default(10_000),
});
export type HttpOptions = z.output<typeof HttpOptions>;

/** Options of a `tcp` check. */
export const TcpOptions = z.strictObject({ ipVersion, timeoutMs: timeoutMs.default(5_000) });
export type TcpOptions = z.output<typeof TcpOptions>;

/** Record types that a `dns` check asks for. */
export const RecordType = z.enum([
  "A",
  "AAAA",
  "ANY",
  "CAA",
  "CDNSKEY",
  "CDS",
  "CNAME",
  "DNAME",
  "DNSKEY",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "NSEC",
  "NSEC3PARAM",
  "PTR",
  "RRSIG",
  "SMIMEA",
  "SOA",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
  "URI",
]);
export type RecordType = z.output<typeof RecordType>;

/**
 * Options of a `dns` check. Without `resolver` (an address or a name) the agent's own is asked; the
 * check's port is the resolver's, 53 unless given. `ipVersion` is about the resolver's name.
 */
export const DnsOptions = z.strictObject({
  recordType: z.string().toUpperCase().pipe(RecordType).default("A"),
  resolver: z.string().trim().min(1).max(253).optional(),
  protocol: z
    .string()
    .toUpperCase()
    .pipe(z.enum(["UDP", "TCP"]))
    .default("UDP"),
  ipVersion,
  timeoutMs: timeoutMs.default(5_000),
});
export type DnsOptions = z.output<typeof DnsOptions>;

/** Options of a `ping` check. The last packet must be sent before the time is over. */
export const PingOptions = z
  .strictObject({
    packets: z.int().min(1).max(16).default(3),
    intervalMs: z.int().min(200).max(10_000).default(500),
    ipVersion,
    timeoutMs: timeoutMs.default(10_000),
  })
  .refine(({ packets, intervalMs, timeoutMs: limit }) => (packets - 1) * intervalMs < limit, {
    path: ["timeoutMs"],
    message: "The packets at their interval do not fit into timeoutMs.",
  });
export type PingOptions = z.output<typeof PingOptions>;

const Port = z.int().min(1).max(65_535);

/** Every type of check: what its port is, and its options as an agent reads them, who ignores unknown ones. */
export const TypedOptions = z.discriminatedUnion("type", [
  z.object({ type: z.literal("http"), port: Port.optional(), options: HttpOptions.strip() }),
  z.object({ type: z.literal("tcp"), port: Port, options: TcpOptions.strip() }),
  z.object({ type: z.literal("dns"), port: Port.default(53), options: DnsOptions.strip() }),
  z.object({ type: z.literal("ping"), port: Port.optional(), options: PingOptions.strip() }),
]);
