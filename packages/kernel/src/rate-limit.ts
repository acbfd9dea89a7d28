import type { Bucket } from "./bucket.ts";
import type { Ctx } from "./ctx.ts";
import { Fault } from "./fault.ts";
import { type Level, limitFields } from "./limit-fields.ts";
import { GIVE_BACK, TAKE } from "./rate-limit-script.ts";

/** What to say where these have not enough. */
export type Refusal = (lacking: readonly Level[]) => { code: string; detail: string };

type Stores = Pick<Ctx, "redis" | "now">;
type Spending = { cost?: number; refusal?: Refusal };

const TOO_MANY: Refusal = () => ({ code: "platform.limited", detail: "Too many attempts." });

/**
 * Takes `cost` tokens from every bucket, or none from any and throws `limited` with `Retry-After` and
 * the `RateLimit` fields; `unavailable` if Redis cannot say. Answers how full they are, and how to put
 * the tokens back.
 */
export async function takeFrom(ctx: Stores, buckets: readonly Bucket[], spending: Spending = {}) {
  const levels = await spend(ctx, buckets, spending, "take");
  const { cost = 1 } = spending;
  const taken = buckets.filter((_, i) => levels[i]?.waitMs === 0);
  return { levels, giveBack: () => run(ctx, GIVE_BACK, taken, cost, "take") };
}

/** Refuses as `takeFrom` does, and takes nothing. */
export async function askOf(ctx: Stores, buckets: readonly Bucket[], spending: Spending = {}) {
  await spend(ctx, buckets, spending, "ask");
}

async function spend(
  ctx: Stores,
  buckets: readonly Bucket[],
  { cost = 1, refusal = TOO_MANY }: Spending,
  mode: "take" | "ask",
) {
  const [refused, ...answer] = await run(ctx, TAKE, buckets, cost, mode);
  const levels = buckets.map(({ name, most, windowSeconds, onlyTells = false }, i) => {
    const [left = 0, waitMs = 0] = answer.slice(2 * i);
    return { name, most, windowSeconds, left, waitMs, onlyTells };
  });
  if (refused === 0) return levels;
  throw limited(
    levels.filter(({ waitMs, onlyTells }) => waitMs > 0 && !onlyTells),
    refusal,
  );
}

function limited(lacking: readonly Level[], refusal: Refusal) {
  const longestMs = Math.max(...lacking.map(({ waitMs }) => waitMs));
  const retryAfterSeconds = Math.max(1, Math.ceil(longestMs / 1000));
  const { code, detail } = refusal(lacking);
  const headers = limitFields(lacking);
  const whole = `${detail} Try again in ${retryAfterSeconds} s.`;
  return new Fault("limited", code, whole, { retryAfterSeconds, headers });
}

async function run(
  { redis, now }: Stores,
  script: string,
  buckets: readonly Bucket[],
  cost: number,
  mode: "take" | "ask",
) {
  const keys = buckets.map(({ key }) => key);
  const sizes = buckets.flatMap(({ most, windowSeconds, onlyTells }) => [
    most,
    windowSeconds * 1000,
    onlyTells ? 0 : 1,
  ]);
  const args = [now().getTime(), cost, mode, ...sizes];
  return (await redis.eval<unknown[], number[] | null>(script, keys, args)) ?? [];
}
