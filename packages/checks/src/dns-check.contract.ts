import { DnsOptions, RecordType } from "@netcheck/wire/options";
import { MEANINGS } from "@netcheck/wire/result-word";
import * as z from "zod";

import {
  askingFor,
  type CheckTypeContract,
  CodesSummary,
  Ms,
  port,
} from "./check-type.contract.ts";
import type { dns } from "./dns-check.ts";
import { endedBy, failure, oneOf, remarks } from "./result-part.contract.ts";

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

const DnsRecord = z
  .looseObject({
    name: z.string(),
    type: z.string(),
    ttl: z.int().optional(),
    class: z.string().optional(),
    value: z.string().describe("As zone files write it."),
  })
  .meta({ id: "DnsRecord" });

const DnsFlags = z
  .looseObject({
    aa: z.boolean().optional().describe("The server has the zone."),
    tc: z.boolean().optional().describe("This is not the whole answer."),
    rd: z.boolean().optional().describe("It was asked to ask others."),
    ra: z.boolean().optional().describe("It asks others."),
    ad: z.boolean().optional().describe("It has checked the signatures."),
    cd: z.boolean().optional().describe("It was asked not to check them."),
  })
  .describe("Of the answer's header (RFC 1035, 4.1.1; RFC 4035, 3).")
  .meta({ id: "DnsFlags" });

const Edns = z
  .looseObject({
    version: z.int().optional(),
    udpPayloadBytes: z.int().optional(),
    dnssecOk: z.boolean().optional(),
    extendedErrors: z
      .array(z.looseObject({ code: z.int(), name: z.string(), text: z.string() }))
      .optional()
      .describe("Why the server answered so, in its own words (RFC 8914)."),
  })
  .describe("What the answer says by EDNS (RFC 6891).")
  .meta({ id: "Edns" });

const said = {
  statusCode: z.int().nullable().optional(),
  statusCodeName: z.string().nullable().optional(),
  flags: DnsFlags.nullable().optional(),
  edns: Edns.nullable().optional(),
};

const protocol = z.string().optional().describe("`UDP` or `TCP`.");

const DnsStep = z
  .looseObject({
    resolver: z.string().describe("The address that was asked."),
    port: z.int().optional(),
    protocol,
    ednsSent: z.boolean().optional().describe("The question had an OPT record."),
    ...said,
    ms: Ms.describe("Until an answer or a failure came."),
    answers: z
      .array(DnsRecord)
      .optional()
      .describe("Of an answer by UDP that was cut, and so asked for again by TCP."),
    failure,
  })
  .describe("A question that was sent, and what came of it.")
  .meta({ id: "DnsStep" });

const Result = z
  .looseObject({
    ...said,
    meaning: oneOf(MEANINGS, "What the answer comes to.")
      .nullable()
      .optional()
      .describe("What the answer comes to; null where too little of it came to say."),
    canonicalName: z
      .string()
      .nullable()
      .optional()
      .describe("Where the name's aliases end; null if it is none."),
    resolver: z.string().nullable().optional().describe("Who was asked."),
    protocol: protocol.describe("What the answer came by."),
    answers: z.array(DnsRecord).optional(),
    authority: z.array(DnsRecord).optional().describe("Whose zone it is, or who else to ask."),
    truncated: z.boolean().optional().describe("Not all of the answer is here."),
    remarks,
    endedBy,
    timings: z.looseObject({ total: Ms }).optional(),
    steps: z.array(DnsStep).optional().describe("Each question that was sent, in its order."),
  })
  .meta({ id: "DnsResult" });

/** @public Read by `check-types.contract.ts`. */
export const contract = { Asked, Result, Summary: CodesSummary } satisfies CheckTypeContract<
  typeof dns
>;
