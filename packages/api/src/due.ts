import type { Redis } from "@netcheck/kernel/redis";

const KEY = "schedules:due";
const KEPT_SECONDS = 2 * 86_400;
/** Longer than any request and than the age at which the repair takes up what was left. */
const SETTLED_AFTER_MS = 60_000;
const FORGET =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/**
 * Says, before a write, that something may have to be repaired after it: the schedules ask here and
 * let a sleeping database sleep. What this misses, the daily round finds.
 */
export async function markDue(redis: Redis, now: Date) {
  const mark = `at:${now.getTime()}:${crypto.randomUUID()}`;
  await redis.set(KEY, mark, { ex: KEPT_SECONDS });
}

/** The last mark, or undefined if nobody has written since it was settled. */
export async function findDue(redis: Redis) {
  return (await redis.get<string>(KEY)) ?? undefined;
}

/** Takes the mark away if a round that left nothing came late enough after it; a newer one stays. */
export async function settleDue(redis: Redis, mark: string, now: Date) {
  const markedAtMs = Number(mark.split(":")[1]);
  if (now.getTime() - markedAtMs < SETTLED_AFTER_MS) return;
  await redis.eval(FORGET, [KEY], [mark]);
}
