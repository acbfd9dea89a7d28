import type { App } from "@netcheck/api/app";
import { hc } from "hono/client";

import { readProblem, Unreachable } from "./problem.ts";

const TIMEOUT_MS = 30_000;

export type ClientOptions = {
  /** Where the platform is, such as `https://watch.example.com`. */
  url: string;
  /** An access token or an API key; asked for at each request, so that a renewed one is taken up. */
  token?: (() => string | undefined) | undefined;
  /** Of a page with cookies: what the sign-in answered. */
  csrfToken?: (() => string | undefined) | undefined;
  /** For a request and its answer together, 30 s unless given. */
  timeoutMs?: number;
  fetch?: typeof globalThis.fetch;
};

/**
 * The API by its types: `client.checks.$post({ json })`. For browsers and for Node. A refusal throws
 * `Problem`, silence `Unreachable`; nothing is repeated. What comes back is a success, or a 304.
 */
export function openClient(options: ClientOptions) {
  const { url, token, csrfToken } = options;
  const headers = () => ({
    ...named("authorization", token?.(), "Bearer "),
    ...named("x-csrf-token", csrfToken?.()),
  });
  return hc<App>(url, { headers, fetch: fetcher(options) }).api.v1;
}

function fetcher({ timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch }: ClientOptions) {
  return async (input: string | URL | Request, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    const requestId = headers.get("x-request-id") ?? crypto.randomUUID();
    headers.set("x-request-id", requestId);
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const asked = fetch(input, { ...init, headers, signal }).then(arrived);
    const response = await asked.catch((cause: unknown) => {
      throw init.signal?.aborted ? cause : new Unreachable(requestId, cause);
    });
    if (response.status >= 400) throw await readProblem(response);
    return response;
  };
}

/** Once its body is here too: an answer that stops half way is silence. */
async function arrived(response: Response) {
  await response.clone().arrayBuffer();
  return response;
}

function named(name: string, value: string | undefined, prefix = "") {
  return value === undefined ? {} : { [name]: `${prefix}${value}` };
}
