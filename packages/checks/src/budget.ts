import { bucketsOf } from "@netcheck/kernel/bucket";
import type { Ctx } from "@netcheck/kernel/ctx";
import { type Level, limitFields } from "@netcheck/kernel/limit-fields";
import { askOf, type Refusal, takeFrom } from "@netcheck/kernel/rate-limit";
import { keysOf } from "@netcheck/kernel/redis-key";

/** How many agents each may ask in a minute; at once, a minute's worth. */
export type Quotas = Readonly<
  Record<"person" | "key" | "address" | "anonymous" | "target", number>
>;

/** One whose tokens a check costs: of which quota, and who it is. */
export type Payer = readonly [quota: Exclude<keyof Quotas, "target">, of: string];

type Budgeted = Pick<Ctx, "redis" | "now"> & { checkQuotas: Quotas };

const bucketOf = bucketsOf(keysOf("checks"));

const refusal: Refusal = (lacking) => {
  const which = lacking.map(({ name, most }) => `${name} ${most}`).join(", ");
  return { code: "checks.limited", detail: `More agents a minute than allowed (${which}).` };
};

/**
 * What a check costs: one token for each agent asked, of whoever pays and of the target, so that no crowd
 * of agents or people can flood it together. Throws `limited` if one has not enough, and then nothing was
 * taken from any; `unavailable` if Redis cannot say.
 */
export function openBudget(ctx: Budgeted, payers: readonly Payer[], target: string) {
  const buckets = [...payers, ["target", target] as const].map(([name, of]) =>
    bucketOf({ name, most: ctx.checkQuotas[name], windowSeconds: 60 }, of),
  );
  let levels: readonly Level[] = [];

  return {
    /** Refuses one who has nothing left, before anything is looked up for him. */
    ask: () => askOf(ctx, buckets, { refusal }),
    /** Pays for `work`; what fails, or comes to nothing, costs nothing. */
    async pay<T>(cost: number, work: () => Promise<T | undefined>) {
      const taken = await takeFrom(ctx, buckets, { cost, refusal });
      let done: T | undefined;
      try {
        done = await work();
        return done;
      } finally {
        // What Redis does not take back is back in a minute.
        if (done === undefined) await Promise.allSettled([taken.giveBack()]);
        else levels = taken.levels;
      }
    },
    /** How much who pays has left; others look at the target too, and that is not his business. */
    fields: () => limitFields(levels.filter(({ name }) => name !== "target")),
  };
}
