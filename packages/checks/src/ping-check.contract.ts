import { PingOptions } from "@netcheck/wire/options";
import * as z from "zod";

import {
  asked,
  type CheckTypeContract,
  Counted,
  Ms,
  resolvedAddress,
  target,
} from "./check-type.contract.ts";
import type { ping } from "./ping-check.ts";

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

/** @public Read by `check-types.contract.ts`. */
export const contract = {
  Asked: AskPing,
  Result: PingResult,
  Summary: PingSummary,
} satisfies CheckTypeContract<typeof ping>;
