import { invalid } from "@netcheck/kernel/fault";
import { type Acting, requireActor, requireScope } from "@netcheck/kernel/guard";
import { networkOf } from "@netcheck/kernel/network";
import type { AllowList } from "@netcheck/wire/address";
import type * as z from "zod";

import type { Payer } from "./budget.ts";
import type { check } from "./check.sql.ts";
import type { ChecksCtx } from "./ctx.ts";
import type { Selection } from "./selection.ts";

/** How many agents one who is not signed in may ask at once. */
export const ANONYMOUS_AGENTS = 5;

type Selected = z.output<typeof Selection>;

/** Who starts a check: who asks, who pays, and what he is held to. */
export type Starter = {
  acting: Acting<ChecksCtx>;
  payers: readonly Payer[];
  /** Not signed in: told less, and refused before anything is looked up. */
  isStranger: boolean;
  /** Special networks that he may look into. */
  targetAllow: AllowList;
  /** The selection as far as he may choose. */
  narrow: (selection: Selected) => Selected;
};

/** One with the scope, or nobody where anonymous checks are on. */
export function requireStarter(ctx: ChecksCtx): Starter {
  if (isAnonymous(ctx)) return asStranger(requireActor(ctx, "nobody"));
  const acting = requireScope(ctx, "checks:write");
  const payers = payersOf(acting);
  const narrow = (selection: Selected) => selection;
  return { acting, payers, isStranger: false, targetAllow: acting.targetAllow, narrow };
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
function asStranger(acting: Acting<ChecksCtx>): Starter {
  const narrow = ({ locations, limit }: Selected) => {
    if (locations?.some(({ agentId }) => agentId !== undefined)) {
      throw invalid("checks.anonymous", "locations", "Sign in to choose agents by their id.");
    }
    return { locations, limit: Math.min(limit, ANONYMOUS_AGENTS) };
  };
  const payers = [["anonymous", networkOf(acting)]] as const;
  return { acting, payers, isStranger: true, targetAllow: [], narrow };
}

/** A key spends of its own and of its owner's; our own jobs only of the target's. */
function payersOf(acting: ReturnType<typeof requireScope<ChecksCtx>>): Payer[] {
  const { actor, caller } = acting;
  if (actor.type === "system") return [];
  const key: Payer[] = actor.type === "key" ? [["key", actor.keyId]] : [];
  const address: Payer[] = caller ? [["address", networkOf(acting)]] : [];
  return [...key, ["person", actor.personId], ...address];
}

function isAnonymous({ actor, anonymousChecks }: ChecksCtx) {
  return anonymousChecks && actor.type === "nobody";
}
