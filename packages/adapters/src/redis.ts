import { unavailable } from "@netcheck/kernel/fault";
import type { Redis } from "@netcheck/kernel/redis";
import { within } from "@netcheck/kernel/time";
import { type Requester, Redis as Upstash } from "@upstash/redis";

const LIMIT_MS = 500;

/** Upstash's REST protocol, or what answers its requests where there is no network between. */
export type RedisPlace = { url: string; token: string } | Requester;

/** Redis as Upstash speaks it. An error or more than 500 ms is `platform.redis`, a 503. */
export function openRedis(place: RedisPlace): Redis {
  const client = "request" in place ? new Upstash(place) : overRest(place);
  return {
    get: <T>(key: string) => limited(client.get<T>(key)),
    set: (key, value, { ex, nx }) => limited(client.set(key, value, nx ? { ex, nx } : { ex })),
    zmscore: (key, members) => limited(client.zmscore(key, members)),
    eval: <A extends unknown[], R>(script: string, keys: string[], args: A) =>
      limited(client.eval<A, R>(script, keys, args)),
  };
}

function overRest(place: { url: string; token: string }) {
  return new Upstash({ ...place, retry: false, enableTelemetry: false });
}

async function limited<T>(work: Promise<T>) {
  try {
    return await within(LIMIT_MS, work);
  } catch (error) {
    throw unavailable("platform.redis", "Sessions and presence cannot be read now.", error);
  }
}
