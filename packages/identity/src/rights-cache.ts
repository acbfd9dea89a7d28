import type { Ctx } from "@netcheck/kernel/ctx";
import type { RedisKey } from "@netcheck/kernel/redis-key";
import * as z from "zod";

const CACHED_SECONDS = 300;
/** Outlives every cached copy and every access token, so nothing brings an ended one back. */
export const ENDED_SECONDS = 3_600;

/** What Redis holds of a session or a key. `version` is the person's: a copy never replaces a newer one. */
type Entry = { version: number } & Record<string, unknown>;

/** Newer than every version that ever is. */
export const ENDED = { version: Number.MAX_SAFE_INTEGER, ended: true } as const;

export const Ended = z.object({ version: z.int(), ended: z.literal(true) });

const PUT = `
for i = 1, #KEYS do
  local known = redis.call('GET', KEYS[i])
  local entry = ARGV[2 * i - 1]
  if not known or (cjson.decode(known).version or 0) <= cjson.decode(entry).version then
    redis.call('SET', KEYS[i], entry, 'EX', ARGV[2 * i])
  end
end`;

const BATCH = 500;

/** Writes each entry unless Redis holds a newer one; safe to repeat, and in any order. */
export async function putEntries(
  { redis }: Pick<Ctx, "redis">,
  entries: readonly (readonly [key: RedisKey, entry: Entry])[],
) {
  for (let from = 0; from < entries.length; from += BATCH) {
    const batch = entries.slice(from, from + BATCH);
    const keys = batch.map(([key]) => key);
    const args = batch.flatMap(([, entry]) => [
      JSON.stringify(entry),
      "ended" in entry ? ENDED_SECONDS : CACHED_SECONDS,
    ]);
    await redis.eval<(string | number)[], unknown>(PUT, keys, args);
  }
}
