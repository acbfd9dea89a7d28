import type { Ctx } from "./ctx.ts";
import { measureAhead } from "./partition-ahead.ts";
import { makePartitions } from "./partition.ts";
import { dropOld, type Kept } from "./retention.ts";
import type { Later } from "./schedule.ts";

/** What the clock does with a context's partitions, and what `/metrics` says of them. */
export const making =
  <C extends Ctx>(load: Later<Kept<C>>) =>
  async (ctx: C) =>
    makePartitions(ctx, await load());

export const dropping =
  <C extends Ctx>(load: Later<Kept<C>>) =>
  async (ctx: C) =>
    dropOld(ctx, await load());

export const measuring =
  <C extends Ctx>(context: string, load: Later<Kept<C>>) =>
  async (ctx: C) =>
    measureAhead(ctx, context, await load());
