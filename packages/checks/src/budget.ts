import type { Actor, Ctx } from "@netcheck/kernel/ctx";
import { Fault } from "@netcheck/kernel/fault";

import { GIVE_BACK, TAKE } from "./budget-script.ts";
import { type Level, limitFields } from "./limit-fields.ts";

const WINDOW_MS = 60_000;

/** How many agents each may ask in a minute; at once, a minute's worth. */
export type Quotas = Readonly<
  Record<"person" | "key" | "address" | "anonymous" | "target", number>
>;

type Bucket = { name: keyof Quotas; of: string; most: number };
type Payer = [name: keyof Quotas, of: string];
type Budgeted = Pick<Ctx, "actor" | "caller" | "redis" | "now"> & { checkQuotas: Quotas };

/**
 * What a check costs: one token for each agent asked, of whoever asks and of the target, so that no
 * crowd of agents or people can flood it together. `take` throws `limited` if a bucket has not enough,
 * and then nothing was taken from any; `unavailable` if Redis cannot say.
 */
export function openBudget(ctx: Budgeted, target: string) {
  const buckets = bucketsOf(ctx, target);
  const keys = buckets.map(({ name, of }) => `checks:budget:${name}:${of}`);
  const sizes = buckets.flatMap(({ most }) => [most, WINDOW_MS]);
  let taken = 0;
  let levels: Level[] = [];

  const run = async (script: string, cost: number, mode: "take" | "ask") => {
    const args = [ctx.now().getTime(), cost, mode, ...sizes];
    return (await ctx.redis.eval<unknown[], number[] | null>(script, keys, args)) ?? [];
  };
  const spend = async (cost: number, mode: "take" | "ask") => {
    const [refused, ...answer] = await run(TAKE, cost, mode);
    levels = buckets.map(({ name, most }, i) => {
      const [left = 0, waitMs = 0] = answer.slice(2 * i);
      return { name, most, windowMs: WINDOW_MS, left, waitMs };
    });
    if (refused === 1) throw limited(levels);
  };

  return {
    /** Refuses one who has nothing left, before anything is looked up for him. */
    ask: () => spend(1, "ask"),
    async take(agents: number) {
      await spend(agents, "take");
      taken += agents;
    },
    /** For a check that came to nothing. What Redis does not take back is back in a minute. */
    async giveBack() {
      if (taken > 0) await Promise.allSettled([run(GIVE_BACK, taken, "take")]);
      taken = 0;
    },
    /** How much whoever asks has left; others look at the target too, and that is not his business. */
    fields: () => limitFields(levels.filter(({ name }) => name !== "target")),
  };
}

function limited(levels: readonly Level[]) {
  const lacking = levels.filter(({ waitMs }) => waitMs > 0);
  const retryAfterSeconds = Math.max(1, ...lacking.map(({ waitMs }) => Math.ceil(waitMs / 1000)));
  const which = lacking.map(({ name, most }) => `${name} ${most}`).join(", ");
  const detail = `More agents a minute than allowed (${which}). Try again in ${retryAfterSeconds} s.`;
  const headers = limitFields(lacking);
  return new Fault("limited", "checks.limited", detail, { retryAfterSeconds, headers });
}

function bucketsOf({ actor, caller, checkQuotas }: Budgeted, target: string): Bucket[] {
  const payers: Payer[] = [...payersOf(actor, caller?.network), ["target", target]];
  return payers.map(([name, of]) => ({ name, of, most: checkQuotas[name] }));
}

/** A key spends of its own and of its owner's; our own jobs only of the target's. */
function payersOf(actor: Actor, network: string | undefined): Payer[] {
  const address: Payer[] = network === undefined ? [] : [["address", network]];
  switch (actor.type) {
    case "person":
      return [["person", actor.personId], ...address];
    case "key":
      return [["key", actor.keyId], ["person", actor.personId], ...address];
    case "nobody":
      return [["anonymous", network ?? "unknown"]];
    case "agent":
    case "system":
      return [];
  }
}
