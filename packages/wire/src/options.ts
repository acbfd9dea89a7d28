import * as z from "zod";

const timeoutMs = z.int().min(100).max(60_000);

/** A header a check may send: token characters, and no line breaks in its value (RFC 9110, 5). */
const HeaderName = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "Not a header name.");
const HeaderValue = z
  .string()
  .max(8_192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "Not a header value.");

/** Options of an `http` check, with their defaults. `timeoutMs` covers the whole check. */
export const HttpOptions = z.strictObject({
  method: z.enum(["GET", "HEAD", "OPTIONS"]).default("GET"),
  protocol: z.enum(["http", "https"]).default("http"),
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
  timeoutMs: timeoutMs.default(10_000),
});
export type HttpOptions = z.output<typeof HttpOptions>;

/** Options of a `tcp` check. */
export const TcpOptions = z.strictObject({ timeoutMs: timeoutMs.default(5_000) });
export type TcpOptions = z.output<typeof TcpOptions>;

/** The options schema of every type: the API fills defaults with it, the agent reads by it. */
export const OPTIONS = { http: HttpOptions, tcp: TcpOptions } as const;
