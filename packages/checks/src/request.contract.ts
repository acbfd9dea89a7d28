import {
  DnsOptions,
  HttpOptions,
  PingOptions,
  RecordType,
  TcpOptions,
} from "@netcheck/wire/options";
import * as z from "zod";

import { Location, Selection } from "./selection.ts";

const Port = z.int().min(1).max(65_535);
const port = Port.optional().describe("The same as `port` beside the target.");

const ipVersion = TcpOptions.shape.ipVersion.describe(
  "The addresses to use of a name: without it, IPv4 first and then IPv6.",
);

const Http = HttpOptions.extend({
  protocol: z
    .enum(["http", "https", "http2"])
    .optional()
    .describe(
      "Without it the URL's; of a host, `https` on port 443 and `http` on others. `http2` offers HTTP/2 first and takes what the target chooses.",
    ),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/)
    .max(16_384)
    .optional()
    .describe("Without it the URL's; of a host, `/`."),
  query: HttpOptions.shape.query
    .unwrap()
    .optional()
    .describe("Beginning after the `?`. Without it the URL's, if it has one."),
  timeoutMs: HttpOptions.shape.timeoutMs.describe("For the whole check, redirects and all."),
  ipVersion,
  port,
}).meta({ id: "HttpOptions" });

const Tcp = TcpOptions.extend({ ipVersion, port }).meta({ id: "TcpOptions" });

const Dns = DnsOptions.extend({
  recordType: RecordType.default("A"),
  protocol: z.enum(["UDP", "TCP"]).default("UDP"),
  resolver: z.string().optional().describe("An address or a name; without one, the agent's own."),
  ipVersion: DnsOptions.shape.ipVersion.describe("Of the resolver's addresses, if it is a name."),
  port,
}).meta({ id: "DnsOptions" });

const Ping = PingOptions.meta({ id: "PingOptions" });

const places = z
  .array(Location.describe("All that is given must fit.").meta({ id: "CheckLocation" }))
  .min(1)
  .max(128);

const asked = {
  locations: places.optional().describe("Without any, every active agent that can."),
  limit: Selection.shape.limit.describe("At most so many agents in all."),
};
const target = z.string().min(1).max(16_384);

/** What the validator reads in two steps, in one: the options of each type beside the type. */
export const StartCheck = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("http"),
      target: target.describe("A host or a URL."),
      port: Port.optional().describe("Unless given, here or in the target, the protocol's own."),
      options: Http.optional(),
      ...asked,
    }),
    z.strictObject({
      type: z.literal("tcp"),
      target: target.describe("A host."),
      port: Port.optional().describe("Needed, here or in the target."),
      options: Tcp.optional(),
      ...asked,
    }),
    z.strictObject({
      type: z.literal("dns"),
      target: target.describe("A name."),
      port: Port.optional().describe("The resolver's, 53 unless given."),
      options: Dns.optional(),
      ...asked,
    }),
    z.strictObject({
      type: z.literal("ping"),
      target: target.describe("A host."),
      options: Ping.optional(),
      ...asked,
    }),
  ])
  .meta({ id: "StartCheck" });
