import { JsonObject } from "@netcheck/kernel/json.contract";
import * as z from "zod";

const Ms = z.number().nullable().optional();
const resolvedAddress = z.string().nullable().optional();

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

const Http = z
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

const Tcp = z
  .looseObject({
    resolvedAddress,
    timings: z.looseObject({ dns: Ms, tcp: Ms, total: Ms }).optional(),
  })
  .meta({ id: "TcpResult" });

const Dns = z
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

const Ping = z
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

/** An agent's own words, kept as they came: what ours say of each type, and whatever others do. */
export const Result = z
  .union([Http, Tcp, Dns, Ping, JsonObject])
  .describe(
    "Milliseconds. What is not known is null or left out; agents may say more.",
  ) as z.ZodType<z.output<typeof JsonObject>>;
