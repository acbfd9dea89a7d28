import type { keysOf, RedisKey } from "./redis-key.ts";

/** `most` tokens at once, and as many again over the window, evenly. */
export type Limit = {
  /** As who is limited reads it. */
  name: string;
  most: number;
  windowSeconds: number;
  /** Its level tells that it has not enough; nobody is refused for it. */
  onlyTells?: boolean;
};

/** A limit for one of those who are limited. */
export type Bucket = Limit & { key: RedisKey };

/** The buckets of one owner's limits, each for whoever it counts. */
export function bucketsOf(keyOf: ReturnType<typeof keysOf>) {
  return (limit: Limit, ...who: readonly string[]): Bucket => {
    return { ...limit, key: keyOf("limit", limit.name, ...who) };
  };
}
