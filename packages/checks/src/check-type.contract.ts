import { TcpOptions } from "@netcheck/wire/options";
import * as z from "zod";

import type { CheckTypeHere } from "./check-type.ts";
import { Location, Selection } from "./selection.ts";

/** What the contract says of a type of check: how it is asked for, and what comes of it. */
export type CheckTypeContract<T extends Pick<CheckTypeHere<never>, "summarise">> = {
  Asked: z.core.$ZodTypeDiscriminable;
  /** An agent's own words, as far as ours say them. */
  Result: z.ZodType;
  Summary: z.ZodType<Counts & ReturnType<T["summarise"]>>;
};

type Counts = Omit<z.output<typeof Counted>, "latencyMs">;

const places = z
  .array(Location.describe("All that is given must fit.").meta({ id: "CheckLocation" }))
  .min(1)
  .max(128);

const asked = {
  locations: places.optional().describe("Without any, every active agent that can."),
  limit: Selection.shape.limit.describe("At most so many agents in all."),
};
const Port = z.int().min(1).max(65_535);
export const port = Port.optional().describe("The same as `port` beside the target.");

const target = z.string().min(1).max(16_384);

/** How a check of this type is asked for: what its target is, and what its port is where it has one. */
export function askingFor<T extends string, O extends z.ZodType>(
  type: T,
  options: O,
  means: { target: string; port?: string },
) {
  const places = means.port === undefined ? {} : { port: Port.optional().describe(means.port) };
  return z.strictObject({
    type: z.literal(type),
    target: target.describe(means.target),
    ...places,
    options: options.optional(),
    ...asked,
  });
}

export const ipVersion = TcpOptions.shape.ipVersion.describe(
  "The addresses to use of a name: without it, IPv4 first and then IPv6.",
);

export const Ms = z.number().nullable().optional();
export const resolvedAddress = z.string().nullable().optional();

const Latency = z
  .object({ min: z.number(), mean: z.number(), p95: z.number(), max: z.number() })
  .describe("Milliseconds; `p95` by nearest rank.")
  .meta({ id: "Latency" });

export const Counted = z.object({
  finished: z.int(),
  failed: z.int(),
  missing: z.int(),
  latencyMs: Latency.nullable().describe("Null if nothing was measured."),
});

export const CodesSummary = Counted.extend({
  statusCodes: z.record(z.string(), z.int()).nullable().describe("How many agents got which."),
})
  .describe("Of `http` and `dns`.")
  .meta({ id: "CodesSummary" });
