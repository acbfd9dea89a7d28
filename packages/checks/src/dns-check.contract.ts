import { DnsOptions, RecordType } from "@netcheck/wire/options";
import * as z from "zod";

import {
  askingFor,
  type CheckTypeContract,
  CodesSummary,
  Ms,
  port,
} from "./check-type.contract.ts";
import type { dns } from "./dns-check.ts";

const DnsAsked = DnsOptions.extend({
  recordType: RecordType.default("A"),
  protocol: z.enum(["UDP", "TCP"]).default("UDP"),
  resolver: z.string().optional().describe("An address or a name; without one, the agent's own."),
  ipVersion: DnsOptions.shape.ipVersion.describe("Of the resolver's addresses, if it is a name."),
  port,
}).meta({ id: "DnsOptions" });

const Asked = askingFor("dns", DnsAsked, {
  target: "A name.",
  port: "The resolver's, 53 unless given.",
});

const Result = z
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

/** @public Read by `check-types.contract.ts`. */
export const contract = { Asked, Result, Summary: CodesSummary } satisfies CheckTypeContract<
  typeof dns
>;
