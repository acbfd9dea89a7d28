import { AgentSession, type Register } from "@netcheck/wire/registration";
import * as z from "zod";

import type { Clock, TimeAnswer } from "./clock.ts";
import { messageOf } from "./text.ts";
import { VERSION } from "./version.ts";

const TIMEOUT_MS = 10_000;

/** An answer of the platform: a session, or why there is none. No `status` means that nothing answered. */
export type PlatformAnswer =
  | { session: AgentSession }
  | { status?: number; reason: string; retryAfterMs: number };

export type Platform = {
  register(body: Register): Promise<PlatformAnswer>;
  openSession(secret: string): Promise<PlatformAnswer>;
  /** Adjusts the clock and no more; resolves with why the platform cannot be used, if that is so. */
  askTime(): Promise<string | undefined>;
};

/** The calls an agent makes over HTTPS; each adjusts the clock. `url` ends in `/api/v1`. */
export function createPlatform(url: string, clock: Clock): Platform {
  const post = (path: string, headers: Record<string, string>, body: unknown) =>
    call(`${url}${path}`, headers, body, clock);
  return {
    register: (body) => post("/agents/register", {}, body),
    openSession: (secret) => post("/agents/session", { authorization: `Bearer ${secret}` }, {}),
    askTime: () => platformHealth(url, clock),
  };
}

async function call(
  url: string,
  headers: Record<string, string>,
  body: unknown,
  clock: Clock,
): Promise<PlatformAnswer> {
  const sentAt = clock.steady();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": `Netcheck/${VERSION}`,
        ...headers,
      },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const receivedAt = clock.steady();
    const text = await response.text();
    if (!response.ok) return refusalOf(response, text);
    const session = AgentSession.safeParse(JSON.parse(text));
    if (!session.success)
      return { reason: `${url} does not answer as a Netcheck platform does`, retryAfterMs: 0 };
    clock.adjust({ serverTime: Date.parse(session.data.serverTime), sentAt, receivedAt });
    return { session: session.data };
  } catch (error) {
    return { reason: reasonOf(error), retryAfterMs: 0 };
  }
}

function refusalOf(response: Response, text: string) {
  const seconds = Number(response.headers.get("retry-after"));
  return {
    status: response.status,
    reason: `${response.status} ${text.slice(0, 300)}`,
    retryAfterMs: seconds > 0 ? Math.min(seconds, 60) * 1_000 : 0,
  };
}

/**
 * Why the platform cannot be used, or undefined; the clock is adjusted by its answer. `url` ends in
 * `/api/v1`.
 */
export async function platformHealth(url: string, clock: Clock): Promise<string | undefined> {
  const sentAt = clock.steady();
  try {
    const response = await fetch(`${url.replace(/\/api\/v1$/, "")}/health`, {
      headers: { "user-agent": `Netcheck/${VERSION}` },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const receivedAt = clock.steady();
    const text = await response.text();
    if (!response.ok) return `it answers ${response.status}`;
    const told = timeIn(text) ?? dateOf(response.headers);
    if (told) clock.adjust({ ...told, sentAt, receivedAt });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

type Told = Pick<TimeAnswer, "serverTime" | "precisionMs">;

const Health = z.object({ serverTime: AgentSession.shape.serverTime });

function timeIn(text: string): Told | undefined {
  const { data } = z.string().transform(parseJson).pipe(Health).safeParse(text);
  return data && { serverTime: Date.parse(data.serverTime) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A platform that does not tell its time has a web server that does, cut to the second. */
function dateOf(headers: Headers): Told | undefined {
  const serverTime = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(serverTime) ? undefined : { serverTime, precisionMs: 1_000 };
}

/** `fetch` says "fetch failed" and hides why in its cause. */
function reasonOf(error: unknown) {
  const cause = error instanceof Error && error.cause ? `: ${messageOf(error.cause)}` : "";
  return `${messageOf(error)}${cause}`;
}
