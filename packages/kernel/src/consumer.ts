import type * as z from "zod";

import type { Ctx } from "./ctx.ts";

/**
 * What to do with the messages of a queue: one call for what came together. Delivery is at least
 * once. If it throws for several, each is tried alone, so that only the poison is left behind.
 */
export type Consumer<C extends Ctx = Ctx, S extends z.ZodType = z.ZodType> = {
  name: string;
  schema: S;
  handle: (ctx: C, messages: z.output<S>[]) => Promise<unknown>;
};
