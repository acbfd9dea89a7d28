import { TcpOptions } from "@netcheck/wire/options";
import * as z from "zod";

import {
  askingFor,
  type CheckTypeContract,
  Counted,
  ipVersion,
  Ms,
  port,
  resolvedAddress,
} from "./check-type.contract.ts";
import { connection, endedBy, failure } from "./result-part.contract.ts";
import type { tcp } from "./tcp-check.ts";

const TcpAsked = TcpOptions.extend({ ipVersion, port }).meta({ id: "TcpOptions" });

const Asked = askingFor("tcp", TcpAsked, {
  target: "A host.",
  port: "Needed, here or in the target.",
});

const TcpStep = z
  .looseObject({ ...connection, timings: z.looseObject({ dns: Ms, tcp: Ms }).optional(), failure })
  .describe("A connection, or what stood in its way.")
  .meta({ id: "TcpStep" });

const Result = z
  .looseObject({
    resolvedAddress,
    timings: z.looseObject({ dns: Ms, tcp: Ms, total: Ms }).optional(),
    endedBy,
    steps: z.array(TcpStep).optional().describe("One."),
  })
  .meta({ id: "TcpResult" });

const Summary = Counted.extend({
  state: z
    .enum(["open", "partial", "closed"])
    .nullable()
    .describe("Open to all who answered, to some, to none."),
})
  .describe("Of `tcp`.")
  .meta({ id: "PortSummary" });

/** @public Read by `check-types.contract.ts`. */
export const contract = { Asked, Result, Summary } satisfies CheckTypeContract<typeof tcp>;
