import { unavailable } from "@netcheck/kernel/fault";
import type { Redis } from "@netcheck/kernel/redis";
import { within } from "@netcheck/kernel/time";
import { Redis as Upstash, type Requester } from "@upstash/redis";

import { httpPost } from "./http-post.ts";

const LIMIT_MS = 500;
const SYNC_TOKEN = "upstash-sync-token";

/** Upstash's REST protocol, or what answers its requests where there is no network between. */
export type RedisPlace = { url: string; token: string } | Requester;

/** Redis as Upstash speaks it. An error or more than 500 ms is `platform.redis`, a 503. */
export function openRedis(place: RedisPlace): Redis {
  const client =
    "request" in place ? new Upstash(place) : new Pipelining(requester(place)).pipelining();
  return {
    get: <T>(key: string) => limited(client.get<T>(key)),
    set: (key, value, { ex, nx }) => limited(client.set(key, value, nx ? { ex, nx } : { ex })),
    zmscore: (key, members) => limited(client.zmscore(key, members)),
    eval: <A extends unknown[], R>(script: string, keys: string[], args: A) =>
      limited(client.eval<A, R>(script, keys, args)),
  };
}

/** What is asked at once travels in one request, as with the library's own requester. */
class Pipelining extends Upstash {
  pipelining() {
    return this.autoPipeline();
  }
}

function requester({ url, token }: { url: string; token: string }): Requester {
  const post = httpPost(url);
  const authorization = `Bearer ${token}`;
  /** Of the last write: a replica answers once it has seen it. */
  let syncToken = "";
  return {
    async request<T>({ path = [], body }: Parameters<Requester["request"]>[0]) {
      const answer = await post({
        path: `/${path.join("/")}`,
        headers: { authorization, "content-type": "application/json", [SYNC_TOKEN]: syncToken },
        body: JSON.stringify(body),
        limitMs: LIMIT_MS,
      });
      syncToken = String(answer.headers[SYNC_TOKEN] ?? syncToken);
      // A pipeline's answers each say how their command went.
      if (answer.status !== 200) throw new Error(`Redis answered ${answer.status}: ${answer.body}`);
      return JSON.parse(answer.body) as { result?: T; error?: string };
    },
  };
}

async function limited<T>(work: Promise<T>) {
  try {
    return await within(LIMIT_MS, work);
  } catch (error) {
    throw unavailable("platform.redis", "Sessions and presence cannot be read now.", error);
  }
}
