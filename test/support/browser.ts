import type { Platform } from "@netcheck/api/ctx-for";
import * as z from "zod";

import { describedApp } from "./described.ts";

type Send = { headers?: Record<string, string>; json?: unknown; origin?: string | null };

const Signed = z.object({ accessToken: z.string(), csrfToken: z.string() });

export const ORIGIN = "https://netcheck.test";

/** Keeps cookies as a browser would, by name and path, and sends the origin of its page. */
export function browserOf(platform: Platform) {
  const app = describedApp(platform);
  const jar = new Map<string, { value: string; path: string; text: string }>();

  async function send(method: string, path: string, { headers, json, origin = ORIGIN }: Send = {}) {
    const sent = [...jar].filter(([, cookie]) => path.startsWith(cookie.path));
    const response = await app.request(path, {
      method,
      headers: {
        ...(sent.length > 0 && {
          cookie: sent.map(([name, { value }]) => `${name}=${value}`).join("; "),
        }),
        ...(origin === null || method === "GET" ? {} : { origin }),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    for (const text of response.headers.getSetCookie()) keep(text);
    return response;
  }

  function keep(text: string) {
    const [pair = "", ...attributes] = text.split("; ");
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const path = attributes.find((one) => one.startsWith("Path="))?.slice(5) ?? "/";
    if (attributes.includes("Max-Age=0")) jar.delete(name);
    else jar.set(name, { value, path, text });
  }

  return {
    jar,
    send,
    get: (path: string, options?: Send) => send("GET", path, options),
    post: (path: string, options?: Send) => send("POST", path, options),
    /** Signs in, and answers what a page would then hold. */
    async signIn(json: { email: string; password: string }) {
      const response = await send("POST", "/api/v1/auth/login", { json });
      return Signed.parse(await response.json());
    },
  };
}
