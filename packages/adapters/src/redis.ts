import { unavailable } from "@netcheck/kernel/fault";
import { lazily } from "@netcheck/kernel/lazily";
import type { Redis } from "@netcheck/kernel/redis";
import { within } from "@netcheck/kernel/time";
import type { Redis as Upstash } from "@upstash/redis";

import type { RedisPlace } from "./upstash.ts";

const LIMIT_MS = 500;

/**
 * Redis as Upstash speaks it, whose client is loaded on the first command. An error or more than 500 ms is
 * `platform.redis`, a 503.
 */
export function openRedis(place: RedisPlace): Redis {
  const opened = lazily(async () => (await import("./upstash.ts")).openUpstash(place, LIMIT_MS));
  async function run<T>(command: (client: Upstash) => Promise<T>) {
    const client = await opened();
    return await limited(command(client));
  }
  return {
    get: <T>(key: string) => run((client) => client.get<T>(key)),
    set: (key, value, { ex, nx }) =>
      run((client) => client.set(key, value, nx ? { ex, nx } : { ex })),
    zmscore: (key, members) => run((client) => client.zmscore(key, members)),
    eval: <A extends unknown[], R>(script: string, keys: string[], args: A) =>
      run((client) => client.eval<A, R>(script, keys, args)),
  };
}

async function limited<T>(work: Promise<T>) {
  try {
    return await within(LIMIT_MS, work);
  } catch (error) {
    throw unavailable("platform.redis", "Sessions and presence cannot be read now.", error);
  }
}
