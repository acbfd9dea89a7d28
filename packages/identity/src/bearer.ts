import type { Actor } from "@netcheck/kernel/ctx";
import { unauthenticated } from "@netcheck/kernel/fault";
import type { Id } from "@netcheck/kernel/id";
import type { Role } from "@netcheck/kernel/role";

import type { IdentityCtx } from "./ctx.ts";
import { findLiveRole } from "./live-session.ts";
import { scopesOf } from "./role.ts";

/** Who a bearer token speaks for, as of now. */
export async function authenticate(ctx: Omit<IdentityCtx, "actor">, token: string) {
  const { sub: id, sid: sessionId } = await ctx.tokens.verify(token, ctx.now());
  const role = await findLiveRole(ctx, sessionId);
  if (!role) throw unauthenticated("This session has ended.");
  return sessionActor({ id, role }, sessionId);
}

/** A person in one of their sessions. */
export function sessionActor(
  { id: personId, role }: { id: Id<"person">; role: Role },
  sessionId: Id<"session">,
): Extract<Actor, { type: "person" }> {
  return { type: "person", personId, sessionId, scopes: scopesOf(role) };
}
