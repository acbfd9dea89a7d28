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

const Http = HttpOptions.extend({
  protocol: z
    .enum(["http", "https", "http2"])
    .default("http")
    .describe(
      "A URL says it itself. `http2` offers HTTP/2 first and takes what the target chooses.",
    ),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/)
    .max(16_384)
    .default("/"),
  port,
}).meta({ id: "HttpOptions" });

const Tcp = TcpOptions.extend({ port }).meta({ id: "TcpOptions" });

const Dns = DnsOptions.extend({
  recordType: RecordType.default("A"),
  protocol: z.enum(["UDP", "TCP"]).default("UDP"),
  resolver: z.string().optional().describe("Without one, the agent's own."),
  port,
}).meta({ id: "DnsOptions" });

const Ping = PingOptions.meta({ id: "PingOptions" });

const places = z
  .array(Location.meta({ id: "CheckLocation" }))
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
      port: Port.optional(),
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
