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

const PingAsked = PingOptions.meta({ id: "PingOptions" });

const Asked = askingFor("ping", PingAsked, { target: "A host." });

const Result = z
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

const Summary = Counted.extend({
  lossPercent: z.number().nullable().describe("Of the packets of all agents together."),
})
  .describe("Of `ping`.")
  .meta({ id: "PingSummary" });

/** @public Read by `check-types.contract.ts`. */
export const contract = { Asked, Result, Summary } satisfies CheckTypeContract<typeof ping>;
