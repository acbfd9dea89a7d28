import { TcpOptions } from "@netcheck/wire/options";
import * as z from "zod";

import {
  asked,
  type CheckTypeContract,
  Counted,
  ipVersion,
  Ms,
  Port,
  port,
  resolvedAddress,
  target,
} from "./check-type.contract.ts";
import type { tcp } from "./tcp-check.ts";

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

/** @public Read by `check-types.contract.ts`. */
export const contract = {
  Asked: AskTcp,
  Result: TcpResult,
  Summary: PortSummary,
} satisfies CheckTypeContract<typeof tcp>;
