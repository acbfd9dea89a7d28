import type { Redis } from "@netcheck/kernel/redis";
import type { RedisKey } from "@netcheck/kernel/redis-key";

/** Redis whose first script on a key of this prefix waits: a reader between its read and its write. */
export function heldRedis(redis: Redis, prefix: RedisKey) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const held: Redis = {
    ...redis,
    async eval<A extends unknown[], R>(script: string, keys: RedisKey[], args: A) {
      if (keys.some((key) => key.startsWith(prefix)) && args.length > 1) {
        reached.resolve();
        await gate.promise;
      }
      return await redis.eval<A, R>(script, keys, args);
    },
  };
  return { redis: held, reached: reached.promise, release: () => gate.resolve() };
}
