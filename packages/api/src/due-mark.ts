import type { Redis } from "@netcheck/kernel/redis";

import { redisKey } from "./redis-key.ts";

const DUE = redisKey("schedules", "due");
const KEPT_SECONDS = 2 * 86_400;
/** Longer than any request and than the age at which the repair takes up what was left. */
const SETTLED_AFTER_MS = 60_000;
const UNSETTLED =
  "local mark = redis.call('GET', KEYS[1]) if mark == redis.call('GET', KEYS[2]) then return false end return mark";

/**
 * Says, before a write, that something may have to be repaired after it: the schedules ask here and
 * let a sleeping database sleep. What this misses, the daily round finds.
 */
export async function markDue(redis: Redis, now: Date) {
  const mark = `at:${now.getTime()}:${crypto.randomUUID()}`;
  await redis.set(DUE, mark, { ex: KEPT_SECONDS });
}

/** The last mark, or undefined if nobody has written since this round settled it. */
export async function findDue(redis: Redis, round: string) {
  const mark = await redis.eval<[], string | null>(UNSETTLED, [DUE, settledKey(round)], []);
  return mark ?? undefined;
}

/** Of one round, for another may still have to do; once it came late enough after the mark. */
export async function settleDue(redis: Redis, round: string, mark: string, now: Date) {
  const markedAtMs = Number(mark.split(":")[1]);
  if (now.getTime() - markedAtMs < SETTLED_AFTER_MS) return;
  await redis.set(settledKey(round), mark, { ex: KEPT_SECONDS });
}

function settledKey(round: string) {
  return redisKey("schedules", "settled", round);
}
