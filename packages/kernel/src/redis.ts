import type { RedisKey } from "./redis-key.ts";

/** Port to Redis: the commands verbs use. Rejects with an `unavailable` Fault within 500 ms. */
export type Redis = {
  get<T>(key: RedisKey): Promise<T | null>;
  set(key: RedisKey, value: unknown, options: { ex: number; nx?: true }): Promise<unknown>;
  zmscore(key: RedisKey, members: string[]): Promise<(number | null)[] | null>;
  eval<A extends unknown[], R>(script: string, keys: RedisKey[], args: A): Promise<R>;
};
