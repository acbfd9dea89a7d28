import { unavailable } from "@netcheck/kernel/fault";
import type { Redis } from "@netcheck/kernel/redis";
import { within } from "@netcheck/kernel/time";
import { Redis as Upstash } from "@upstash/redis";

const LIMIT_MS = 500;

/** Redis over Upstash's REST protocol. An error or more than 500 ms is `platform.redis`, a 503. */
export function openRedis({ url, token }: { url: string; token: string }): Redis {
  const client = new Upstash({ url, token, retry: false, enableTelemetry: false });
  return {
    get: <T>(key: string) => limited(client.get<T>(key)),
    set: (key, value, { ex, nx }) => limited(client.set(key, value, nx ? { ex, nx } : { ex })),
    zmscore: (key, members) => limited(client.zmscore(key, members)),
    eval: <A extends unknown[], R>(script: string, keys: string[], args: A) =>
      limited(client.eval<A, R>(script, keys, args)),
  };
}

async function limited<T>(work: Promise<T>) {
  try {
    return await within(LIMIT_MS, work);
  } catch (error) {
    throw unavailable("platform.redis", "Sessions and presence cannot be read now.", error);
  }
}
