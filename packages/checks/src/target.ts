import type { AllowList } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";
import * as z from "zod";

import { TYPES } from "./check-types.ts";
import { Port } from "./host.ts";

/** What to look at, as it is asked for: `target` is a host, or a URL for `http`. */
export const Target = z.object({
  type: z.string().toLowerCase().pipe(CheckType),
  target: z.string().trim().min(1).max(16_384),
  port: Port.optional(),
  options: z.record(z.string(), z.unknown()).default({}),
});

/** What agents are sent. The port of `dns` is the resolver's; `ping` has none. */
export type CheckedTarget = ReturnType<(typeof TYPES)[CheckType]["read"]>;

/** The host that the agents will ask something of: for `dns`, the resolver if it is named. */
export function loadedBy({ target, options }: CheckedTarget) {
  return "resolver" in options && options.resolver !== undefined ? options.resolver : target;
}

/** Reads a URL apart, fills defaults; what breaks a rule or the target policy is a 422. */
export function readTarget({ type, ...asked }: z.output<typeof Target>, allow: AllowList) {
  return TYPES[type].read(asked, allow);
}
