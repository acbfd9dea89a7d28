import { invalid } from "@netcheck/kernel/fault";
import { type Acting, requireActor, requireScope } from "@netcheck/kernel/guard";
import type * as z from "zod";

import type { check } from "./check.sql.ts";
import type { ChecksCtx } from "./ctx.ts";
import type { Selection } from "./selection.ts";

/** How many agents one who is not signed in may ask at once. */
export const ANONYMOUS_AGENTS = 5;

/** Who starts a check: one with the scope, or nobody where anonymous checks are on. */
export function requireStarter(ctx: ChecksCtx) {
  return isAnonymous(ctx) ? requireActor(ctx, "nobody") : requireScope(ctx, "checks:write");
}

/** Who reads a check he knows the id of; `mayRead` tells whether this one. */
export function requireReader(ctx: ChecksCtx) {
  return isAnonymous(ctx) ? requireActor(ctx, "nobody") : requireScope(ctx, "checks:read");
}

/** Nobody reads what nobody started. */
export function mayRead(
  { actor }: Acting<ChecksCtx>,
  { createdBy }: Pick<typeof check.$inferSelect, "createdBy">,
) {
  return actor.type !== "nobody" || createdBy.type === "nobody";
}

/** Strangers ask few agents, by place only, and nothing that is special. */
export function narrowed(ctx: ChecksCtx, selection: z.output<typeof Selection>) {
  const { targetAllow } = ctx;
  if (!isAnonymous(ctx)) return { selection, targetAllow };
  if (selection.locations?.some(({ agentId }) => agentId !== undefined)) {
    throw invalid("checks.anonymous", "locations", "Sign in to choose agents by their id.");
  }
  const limit = Math.min(selection.limit, ANONYMOUS_AGENTS);
  return { selection: { ...selection, limit }, targetAllow: [] };
}

function isAnonymous({ actor, anonymousChecks }: ChecksCtx) {
  return anonymousChecks && actor.type === "nobody";
}
