import type { Actor, Caller, Db } from "@netcheck/kernel/ctx";
import type { AllowList } from "@netcheck/wire/address";
import type { Context } from "hono";

import { PORTS } from "./context-ports.ts";
import type { ApiCtx, Parts } from "./contexts.ts";

type Given = "actor" | "caller" | "requestId" | keyof typeof PORTS | keyof Parts;

/** What an entry point brings: the adapters and settings of its runtime. */
export type Platform = Omit<ApiCtx, Given> &
  Parts & {
    db: Db;
    /** The other end of the connection, as this runtime knows it. */
    remoteAddress: (c: Context) => string | undefined;
    /** Whose `X-Forwarded-For` is believed. */
    trustedProxies: AllowList;
  };

export function ctxFor(
  platform: Platform,
  actor: Actor,
  requestId: string,
  caller?: Caller,
): ApiCtx {
  return { ...platform, ...PORTS, actor, requestId, caller };
}

/** For consumers, schedules and the start of a machine. */
export function jobCtx(platform: Platform, job: string, requestId: string = crypto.randomUUID()) {
  return ctxFor(platform, { type: "system", job }, requestId);
}
