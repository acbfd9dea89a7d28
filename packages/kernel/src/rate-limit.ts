import type { Ctx } from "./ctx.ts";
import { Fault } from "./fault.ts";

/** At most `most` of what `key` names in each window of the clock, counted in Redis. */
export type Limit = { name: string; key: string; most: number; windowSeconds: number };

/** For what is counted and never refused. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Counts in all or in none: what is refused does not use up the other limits. */
const TAKE = `
local counts = {}
for i = 1, #KEYS do
  counts[i] = tonumber(redis.call('GET', KEYS[i]) or '0')
  if counts[i] >= tonumber(ARGV[2 * i - 1]) then return { i } end
end
for i = 1, #KEYS do
  counts[i] = redis.call('INCR', KEYS[i])
  redis.call('EXPIRE', KEYS[i], ARGV[2 * i])
end
return { 0, unpack(counts) }`;

const GIVE_BACK = `
for i = 1, #KEYS do
  if tonumber(redis.call('GET', KEYS[i]) or '0') > 0 then redis.call('DECR', KEYS[i]) end
end`;

/**
 * Counts one use in every limit, or throws `limited` with `Retry-After` and the `RateLimit` fields of
 * draft-ietf-httpapi-ratelimit-headers-10. Answers the counts, and how to take this use back.
 */
export async function takeFrom(ctx: Pick<Ctx, "redis" | "now">, limits: readonly Limit[]) {
  const seconds = ctx.now().getTime() / 1000;
  const keys = limits.map(
    ({ name, key, windowSeconds }) => `limit:${name}:${key}:${Math.floor(seconds / windowSeconds)}`,
  );
  const args = limits.flatMap(({ most, windowSeconds }) => [most, windowSeconds]);
  const [at = 0, ...counts] = await ctx.redis.eval<number[], number[]>(TAKE, keys, args);
  const refused = at > 0 ? limits[at - 1] : undefined;
  if (refused) throw limited(refused, seconds);
  return { counts, giveBack: () => ctx.redis.eval<never[], unknown>(GIVE_BACK, keys, []) };
}

function limited({ name, most, windowSeconds }: Limit, seconds: number) {
  const retryAfterSeconds = Math.ceil(windowSeconds - (seconds % windowSeconds));
  const headers = {
    "ratelimit-policy": `"${name}";q=${most};w=${windowSeconds}`,
    ratelimit: `"${name}";r=0;t=${retryAfterSeconds}`,
  };
  const detail = `Too many attempts. Try again in ${retryAfterSeconds} s.`;
  return new Fault("limited", "platform.limited", detail, { retryAfterSeconds, headers });
}
