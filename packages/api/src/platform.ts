import type { AgentsCtx } from "@netcheck/agents/ctx";
import { findCapableAgents } from "@netcheck/agents/directory";
import type { ChecksCtx } from "@netcheck/checks/ctx";
import { recordAudit } from "@netcheck/identity/audit";
import type { IdentityCtx } from "@netcheck/identity/ctx";
import type { Actor, Caller, Db } from "@netcheck/kernel/ctx";
import type { AllowList } from "@netcheck/wire/address";
import type { Context } from "hono";

/** What every verb behind the API may touch. */
export type ApiCtx = IdentityCtx & AgentsCtx & ChecksCtx;

/** What one context offers to others. */
type Port = "findCapableAgents" | "recordAudit";

/** What an entry point brings: the adapters and settings of its runtime. */
export type Platform = Omit<ApiCtx, "actor" | "caller" | "requestId" | Port> & {
  db: Db;
  /** The other end of the connection, as this runtime knows it. */
  remoteAddress: (c: Context) => string | undefined;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: AllowList;
  /** Whether this process is the whole API, so that what it has counted says something. */
  isOneProcess: boolean;
};

export function ctxFor(
  platform: Platform,
  actor: Actor,
  requestId: string,
  caller?: Caller,
): ApiCtx {
  return { ...platform, findCapableAgents, recordAudit, actor, requestId, caller };
}

/** For consumers, schedules and the start of a machine. */
export function jobCtx(platform: Platform, job: string, requestId: string = crypto.randomUUID()) {
  return ctxFor(platform, { type: "system", job }, requestId);
}
