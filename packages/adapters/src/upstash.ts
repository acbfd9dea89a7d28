import { Redis as Upstash, type Requester } from "@upstash/redis";

import { httpPost } from "./http-post.ts";

const SYNC_TOKEN = "upstash-sync-token";

/** Upstash's REST protocol, or what answers its requests where there is no network between. */
export type RedisPlace = { url: string; token: string } | Requester;

/** Upstash's client. Of what it sends over the network, all that is asked at once travels in one request. */
export function openUpstash(place: RedisPlace, limitMs: number): Upstash {
  if ("request" in place) return new Upstash(place);
  return new Pipelining(requester(place, limitMs)).pipelining();
}

/** As with the library's own requester. */
class Pipelining extends Upstash {
  pipelining() {
    return this.autoPipeline();
  }
}

function requester({ url, token }: { url: string; token: string }, limitMs: number): Requester {
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
        limitMs,
      });
      syncToken = String(answer.headers[SYNC_TOKEN] ?? syncToken);
      // A pipeline's answers each say how their command went.
      if (answer.status !== 200) throw new Error(`Redis answered ${answer.status}: ${answer.body}`);
      return JSON.parse(answer.body) as { result?: T; error?: string };
    },
  };
}
