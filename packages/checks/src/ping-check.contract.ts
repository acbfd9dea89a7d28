import { PingOptions } from "@netcheck/wire/options";
import * as z from "zod";

import {
  askingFor,
  type CheckTypeContract,
  Counted,
  Ms,
  resolvedAddress,
} from "./check-type.contract.ts";
import type { ping } from "./ping-check.ts";
import { connection, endedBy, failure } from "./result-part.contract.ts";

const PingAsked = PingOptions.meta({ id: "PingOptions" });

const Asked = askingFor("ping", PingAsked, { target: "A host." });

const PingStep = z
  .looseObject({
    ...connection,
    timings: z
      .looseObject({ dns: Ms })
      .optional()
      .describe("Of the replies `timings` beside tells."),
    failure,
  })
  .describe("The address that was pinged, or what stood in its way.")
  .meta({ id: "PingStep" });

const Result = z
  .looseObject({
    resolvedAddress,
    timings: z.array(z.looseObject({ rtt: z.number(), ttl: z.int().nullable() })).optional(),
    stats: z
      .looseObject({
        min: Ms,
        avg: Ms,
        max: Ms,
        stddev: Ms,
        total: z.int().optional(),
        rcv: z.int().optional(),
        drop: z.int().optional().describe("Packets without a reply."),
        loss: z.number().nullable().optional().describe("Per cent."),
        duplicates: z.int().optional().describe("Replies that came more than once."),
        corrupted: z
          .int()
          .optional()
          .describe("Replies with other bytes than were sent, or fewer; no answers."),
        foreign: z.int().optional().describe("Replies from another address; no answers."),
        errors: z.int().optional().describe("What routers said by ICMP instead of a reply."),
        redirects: z.int().optional().describe("Routers' word of a shorter way."),
        unsent: z
          .int()
          .optional()
          .describe("Packets that the agent's host did not send; not lost."),
      })
      .optional(),
    endedBy,
    steps: z.array(PingStep).optional().describe("One."),
  })
  .meta({ id: "PingResult" });

const Summary = Counted.extend({
  lossPercent: z.number().nullable().describe("Of the packets of all agents together."),
})
  .describe("Of `ping`.")
  .meta({ id: "PingSummary" });

/** @public Read by `check-types.contract.ts`. */
export const contract = { Asked, Result, Summary } satisfies CheckTypeContract<typeof ping>;
