import { HttpOptions } from "@netcheck/wire/options";
import * as z from "zod";

import {
  askingFor,
  type CheckTypeContract,
  CodesSummary,
  ipVersion,
  Ms,
  port,
  resolvedAddress,
} from "./check-type.contract.ts";
import type { http } from "./http-check.ts";

const HttpAsked = HttpOptions.extend({
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

const Asked = askingFor("http", HttpAsked, {
  target: "A host or a URL.",
  port: "Unless given, here or in the target, the protocol's own.",
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

const Result = z
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

/** @public Read by `check-types.contract.ts`. */
export const contract = { Asked, Result, Summary: CodesSummary } satisfies CheckTypeContract<
  typeof http
>;
