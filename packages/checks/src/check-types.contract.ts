import { JsonObject } from "@netcheck/kernel/json.contract";
import {
  DnsOptions,
  HttpOptions,
  PingOptions,
  RecordType,
  TcpOptions,
} from "@netcheck/wire/options";
import * as z from "zod";

import { Location, Selection } from "./selection.ts";

const places = z
  .array(Location.describe("All that is given must fit.").meta({ id: "CheckLocation" }))
  .min(1)
  .max(128);

const asked = {
  locations: places.optional().describe("Without any, every active agent that can."),
  limit: Selection.shape.limit.describe("At most so many agents in all."),
};
const Port = z.int().min(1).max(65_535);
const port = Port.optional().describe("The same as `port` beside the target.");

const target = z.string().min(1).max(16_384);

const ipVersion = TcpOptions.shape.ipVersion.describe(
  "The addresses to use of a name: without it, IPv4 first and then IPv6.",
);

const Ms = z.number().nullable().optional();
const resolvedAddress = z.string().nullable().optional();

const Latency = z
  .object({ min: z.number(), mean: z.number(), p95: z.number(), max: z.number() })
  .describe("Milliseconds; `p95` by nearest rank.")
  .meta({ id: "Latency" });

const Counted = z.object({
  finished: z.int(),
  failed: z.int(),
  missing: z.int(),
  latencyMs: Latency.nullable().describe("Null if nothing was measured."),
});

const CodesSummary = Counted.extend({
  statusCodes: z.record(z.string(), z.int()).nullable().describe("How many agents got which."),
})
  .describe("Of `http` and `dns`.")
  .meta({ id: "CodesSummary" });

const HttpAsked = HttpOptions.extend({
  method: z.enum(["GET", "HEAD", "OPTIONS"]).default("GET"),
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

const AskHttp = z.strictObject({
  type: z.literal("http"),
  target: target.describe("A host or a URL."),
  port: Port.optional().describe("Unless given, here or in the target, the protocol's own."),
  options: HttpAsked.optional(),
  ...asked,
});

const Tls = z.looseObject({
  authorized: z
    .boolean()
    .optional()
    .describe("The certificate is good for this name; `error` says why not."),
  error: z.string().nullable().optional(),
  protocol: z.string().nullable().optional(),
  subject: z.looseObject({ CN: z.unknown() }).partial().optional(),
  issuer: z.looseObject({ CN: z.unknown() }).partial().optional(),
  createdAt: z.string().nullable().optional(),
  expiresAt: z.string().nullable().optional(),
  fingerprint256: z.string().nullable().optional(),
});

const HttpResult = z
  .looseObject({
    statusCode: z.int().optional(),
    statusCodeName: z.string().optional(),
    httpVersion: z.string().nullable().optional(),
    redirects: z.array(z.looseObject({ url: z.string(), statusCode: z.int() })).optional(),
    finalUrl: z.string().optional(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
    body: z.string().nullable().optional().describe("At most 10 000 characters."),
    truncated: z.boolean().optional().describe("There was more of the body."),
    resolvedAddress,
    timings: z
      .looseObject({ dns: Ms, tcp: Ms, tls: Ms, firstByte: Ms, download: Ms, total: Ms })
      .optional(),
    tls: Tls.nullable().optional(),
  })
  .meta({ id: "HttpResult" });

const TcpAsked = TcpOptions.extend({ ipVersion, port }).meta({ id: "TcpOptions" });

const AskTcp = z.strictObject({
  type: z.literal("tcp"),
  target: target.describe("A host."),
  port: Port.optional().describe("Needed, here or in the target."),
  options: TcpAsked.optional(),
  ...asked,
});

const TcpResult = z
  .looseObject({
    resolvedAddress,
    timings: z.looseObject({ dns: Ms, tcp: Ms, total: Ms }).optional(),
  })
  .meta({ id: "TcpResult" });

const PortSummary = Counted.extend({
  state: z
    .enum(["open", "partial", "closed"])
    .nullable()
    .describe("Open to all who answered, to some, to none."),
})
  .describe("Of `tcp`.")
  .meta({ id: "PortSummary" });

const DnsAsked = DnsOptions.extend({
  recordType: RecordType.default("A"),
  protocol: z.enum(["UDP", "TCP"]).default("UDP"),
  resolver: z.string().optional().describe("An address or a name; without one, the agent's own."),
  ipVersion: DnsOptions.shape.ipVersion.describe("Of the resolver's addresses, if it is a name."),
  port,
}).meta({ id: "DnsOptions" });

const AskDns = z.strictObject({
  type: z.literal("dns"),
  target: target.describe("A name."),
  port: Port.optional().describe("The resolver's, 53 unless given."),
  options: DnsAsked.optional(),
  ...asked,
});

const DnsResult = z
  .looseObject({
    statusCode: z.int().optional(),
    statusCodeName: z.string().optional(),
    resolver: z.string().optional().describe("Who was asked."),
    answers: z
      .array(
        z.looseObject({
          name: z.string(),
          type: z.string(),
          ttl: z.int().optional(),
          class: z.string().optional(),
          value: z.string(),
        }),
      )
      .optional(),
    timings: z.looseObject({ total: Ms }).optional(),
  })
  .meta({ id: "DnsResult" });

const PingAsked = PingOptions.meta({ id: "PingOptions" });

const AskPing = z.strictObject({
  type: z.literal("ping"),
  target: target.describe("A host."),
  options: PingAsked.optional(),
  ...asked,
});

const PingResult = z
  .looseObject({
    resolvedAddress,
    timings: z.array(z.looseObject({ rtt: z.number(), ttl: z.int() })).optional(),
    stats: z
      .looseObject({
        min: Ms,
        avg: Ms,
        max: Ms,
        stddev: Ms,
        total: z.int().optional(),
        rcv: z.int().optional(),
        loss: z.number().nullable().optional().describe("Per cent."),
      })
      .optional(),
  })
  .meta({ id: "PingResult" });

const PingSummary = Counted.extend({
  lossPercent: z.number().nullable().describe("Of the packets of all agents together."),
})
  .describe("Of `ping`.")
  .meta({ id: "PingSummary" });

/** What the validator reads in two steps, in one: the options of each type beside the type. */
export const StartCheck = z
  .discriminatedUnion("type", [AskHttp, AskTcp, AskDns, AskPing])
  .meta({ id: "StartCheck" });

/** An agent's own words, kept as they came: what ours say of each type, and whatever others do. */
export const Result = z
  .union([HttpResult, TcpResult, DnsResult, PingResult, JsonObject])
  .describe(
    "Milliseconds. What is not known is null or left out; agents may say more.",
  ) as z.ZodType<z.output<typeof JsonObject>>;

/** Nothing but counts is common to all types. */
export const Summary = z
  .union([CodesSummary, PortSummary, PingSummary])
  .describe("Of the answers that came in time.");
