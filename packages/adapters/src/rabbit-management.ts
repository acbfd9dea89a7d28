import { setTimeout as sleep } from "node:timers/promises";

import * as z from "zod";

type Method = "GET" | "PUT" | "POST" | "DELETE";

type Answer = { status: number; reason: string };

/** One call of the management interface: path segments are escaped here. */
export type Management = {
  /** Throws on anything but success, unless its status is `tolerated`. */
  call(method: Method, path: string[], body?: unknown, tolerated?: number[]): Promise<Answer>;
  /** Reads the columns that the schema names. */
  list<S extends z.ZodObject>(path: string[], item: S): Promise<z.output<S>[]>;
};

const ATTEMPTS = 3;
const PAUSE_MS = 100;

/** Credentials come with the URL and never appear in an error. */
export type ManagementLogin = { origin: string; username: string; authorization: string };

export function managementLogin(managementUrl: string): ManagementLogin {
  const url = new URL(managementUrl);
  const username = decodeURIComponent(url.username);
  const pair = `${username}:${decodeURIComponent(url.password)}`;
  const origin = `${url.origin}${url.pathname.replace(/\/$/, "")}`;
  return { origin, username, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** HTTP interface of the management plugin, each call bounded, and all together. */
export function management(
  { origin, authorization }: ManagementLogin,
  { callMs, totalMs }: { callMs: number; totalMs: number },
): Management {
  const total = AbortSignal.timeout(totalMs);

  /** Every call may be repeated: RabbitMQ answers 500 where two of them meet. */
  async function request(method: Method, path: string[], body?: unknown, query?: string) {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await requestOnce(method, path, body, query);
      if (answer.response.status < 500 || attempt === ATTEMPTS) return answer;
      await sleep(PAUSE_MS * attempt, undefined, { signal: total });
    }
  }

  async function requestOnce(method: Method, path: string[], body?: unknown, query = "") {
    const segments = path.map(encodeURIComponent).join("/");
    const response = await fetch(`${origin}/api/${segments}${query}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      signal: AbortSignal.any([total, AbortSignal.timeout(callMs)]),
      redirect: "error",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { response, text: await response.text() };
  }

  function refusal(method: Method, path: string[], status: number, reason: string) {
    const what = `${method} /${path.join("/")}`;
    return new Error(`RabbitMQ's management answered ${status} to ${what}: ${reason}`);
  }

  return {
    async call(method, path, body, tolerated = []) {
      const { response, text } = await request(method, path, body);
      const { status, ok } = response;
      const reason = text.slice(0, 300);
      if (!ok && !tolerated.includes(status)) throw refusal(method, path, status, reason);
      return { status, reason };
    },
    async list(path, item) {
      const query = `?columns=${Object.keys(item.shape).join(",")}`;
      const { response, text } = await request("GET", path, undefined, query);
      if (!response.ok) throw refusal("GET", path, response.status, text.slice(0, 300));
      return z.array(item).parse(JSON.parse(text));
    },
  };
}
