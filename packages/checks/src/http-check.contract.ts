import { HttpOptions } from "@netcheck/wire/options";
import { BODY_ERRORS } from "@netcheck/wire/result-word";
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
import { connection, endedBy, failure, oneOf, remarks } from "./result-part.contract.ts";
import { StepTls, TlsReport } from "./tls-report.contract.ts";

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

const Asked = askingFor("http", HttpAsked, {
  target: "A host or a URL.",
  port: "Unless given, here or in the target, the protocol's own.",
});

const status = {
  statusCode: z.int().nullable().optional(),
  statusCodeName: z.string().nullable().optional(),
  httpVersion: z.string().nullable().optional(),
};

const timings = { dns: Ms, tcp: Ms, tls: Ms, firstByte: Ms, download: Ms };

const HttpStep = z
  .looseObject({
    url: z.string(),
    method: z.string(),
    ...connection,
    timings: z.looseObject(timings).optional().describe("Null for what it did not come to."),
    tls: StepTls.nullable().optional().describe("Null where nothing was encrypted."),
    ...status,
    remarks,
    failure,
  })
  .describe("One hop: a request on a connection of its own.")
  .meta({ id: "HttpStep" });

const Result = z
  .looseObject({
    ...status,
    redirects: z.array(z.looseObject({ url: z.string(), statusCode: z.int() })).optional(),
    finalUrl: z.string().optional(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
    body: z.string().nullable().optional().describe("At most 10 000 characters."),
    truncated: z.boolean().optional().describe("There was more of the body."),
    bodyError: oneOf(BODY_ERRORS, "Why the body ended before its end.")
      .nullable()
      .optional()
      .describe("Null where it came whole, or as far as is kept."),
    bodyEncoding: z
      .string()
      .optional()
      .describe(
        "What the body came in: `identity`, or `gzip` and the like, which is not unpacked.",
      ),
    resolvedAddress,
    timings: z.looseObject({ ...timings, total: Ms }).optional(),
    tls: TlsReport.nullable().optional(),
    authorized: z
      .boolean()
      .nullable()
      .optional()
      .describe("Every certificate on the way was good; null where nothing was encrypted."),
    firstLine: z
      .string()
      .nullable()
      .optional()
      .describe("The first line that came, be it HTTP or not; null in HTTP/2."),
    remarks,
    endedBy,
    steps: z
      .array(HttpStep)
      .optional()
      .describe("Each hop in its order. The fields beside speak of the last."),
  })
  .meta({ id: "HttpResult" });

/** @public Read by `check-types.contract.ts`. */
export const contract = { Asked, Result, Summary: CodesSummary } satisfies CheckTypeContract<
  typeof http
>;
