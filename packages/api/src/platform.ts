import type { AgentsCtx } from "@netcheck/agents/ctx";
import { findCapableAgents } from "@netcheck/agents/directory";
import type { ChecksCtx } from "@netcheck/checks/check";
import type { IdentityCtx } from "@netcheck/identity/session";
import type { Actor } from "@netcheck/kernel/ctx";

/** What every verb behind the API may touch. */
export type ApiCtx = IdentityCtx & AgentsCtx & ChecksCtx;

/** What an entry point brings: the adapters and settings of its runtime. */
export type Platform = Omit<ApiCtx, "actor" | "requestId" | "findCapableAgents">;

export function ctxFor(platform: Platform, actor: Actor, requestId: string): ApiCtx {
  return { ...platform, findCapableAgents, actor, requestId };
}

/** For consumers, schedules and the start of a machine. */
export function jobCtx(platform: Platform, job: string, requestId: string = crypto.randomUUID()) {
  return ctxFor(platform, { type: "system", job }, requestId);
}
