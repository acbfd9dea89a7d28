import type * as z from "zod";

import type { Ctx } from "./ctx.ts";

/**
 * What to do with the messages of a queue: one call for what came together. Delivery is at least
 * once. If it throws for several, each is tried alone, so that only the poison is left behind.
 */
export type Consumer<C extends Ctx = Ctx, S extends z.ZodType = z.ZodType> = {
  name: string;
  schema: S;
  /** A method, so that one of a certain message passes for one of any: what it is given, its own schema has read. */
  handle(ctx: C, messages: readonly z.output<S>[]): Promise<unknown>;
};
