import { setTimeout as sleep } from "node:timers/promises";

import * as z from "zod";

import { problem } from "./problem.ts";
import { textTable } from "./table.ts";

const Agents = z.object({
  items: z.array(z.object({ name: z.string(), status: z.string() })),
  nextCursor: z.string().nullish(),
});
const Named = z.object({ name: z.string() });
const Accepted = z.object({ id: z.string() });
const Refused = z.object({ detail: z.string() });
const Check = z.object({
  status: z.string(),
  expected: z.number(),
  answered: z.number(),
  missing: z.array(z.object({ agent: Named, reason: z.string() })),
  results: z.array(
    z.object({
      agent: Named,
      status: z.string(),
      durationMs: z.number().nullish(),
      failureSource: z.string().nullish(),
      error: z.object({ code: z.string() }).nullish(),
    }),
  ),
});

/** A check over HTTP, as everyone would ask for it. */
export type Check = z.infer<typeof Check>;

const POLL_MS = 20;
const ACTIVE_WITHIN_MS = 20_000;
const FINISHED_WITHIN_MS = 30_000;

/** Speaks to the API with a token, from outside. `url` is its address without a path. */
export type Api = { url: string; accessToken: string };

/** Waits until the API calls each of these agents active; answers those that it does not. */
export async function waitForAgents(api: Api, names: readonly string[]): Promise<string[]> {
  const began = performance.now();
  for (;;) {
    const active = await activeAgents(api);
    const waiting = names.filter((name) => !active.has(name));
    if (waiting.length === 0 || performance.now() - began > ACTIVE_WITHIN_MS) return waiting;
    await sleep(POLL_MS);
  }
}

async function activeAgents(api: Api): Promise<Set<string>> {
  const names = new Set<string>();
  let cursor: string | null | undefined;
  do {
    const page = Agents.parse(
      await call(api, `/agents?limit=100${cursor ? `&cursor=${cursor}` : ""}`),
    );
    for (const { name, status } of page.items) if (status === "active") names.add(name);
    cursor = page.nextCursor;
  } while (cursor);
  return names;
}

/** Asks every active agent for the API's own port, and reads the answer when it is whole. */
export async function checkItself(api: Api): Promise<Check> {
  const { hostname, port } = new URL(api.url);
  const asked = { type: "tcp", target: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
  const { id } = Accepted.parse(await call(api, "/checks", asked));
  const began = performance.now();
  for (;;) {
    const check = Check.parse(await call(api, `/checks/${id}`));
    if (check.status === "finished" || performance.now() - began > FINISHED_WITHIN_MS) return check;
    await sleep(POLL_MS);
  }
}

async function call({ url, accessToken }: Api, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.ok) return await answer.json();
  const refused = Refused.safeParse(await answer.json().catch(() => undefined));
  const said = refused.success ? refused.data.detail : `it answered ${answer.status}`;
  throw problem(`${body ? "POST" : "GET"} ${path} of the API was refused: ${said}`);
}

/** A line per agent: what it answered and how long that took it. */
export function checkTable({ results, missing }: Check): string[] {
  const answered = results
    .filter(({ status }) => status !== "missing")
    .map(({ agent, status, durationMs, failureSource, error }) => {
      const why = [error?.code, failureSource].filter(Boolean).join(", ");
      return [agent.name, why ? `${status} (${why})` : status, latency(durationMs)];
    });
  const absent = missing.map(({ agent, reason }) => [agent.name, `missing (${reason})`, ""]);
  return textTable(["agent", "status", "latency"], [...answered, ...absent]);
}

function latency(durationMs: number | null | undefined): string {
  return durationMs === null || durationMs === undefined ? "" : `${durationMs.toFixed(1)} ms`;
}
