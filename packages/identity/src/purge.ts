import { requireActor } from "@netcheck/kernel/guard";
import { writing } from "@netcheck/kernel/writing";
import { lt, or } from "drizzle-orm";

import type { IdentityCtx } from "./ctx.ts";
import { refreshToken, session } from "./identity.sql.ts";
import { ENDED_SECONDS } from "./rights-cache.ts";

/** Deletes sessions that are over, with their refresh tokens, and spent tokens that outlived any session. */
export async function purgeSessions(ctx: IdentityCtx) {
  const acting = requireActor(ctx, "system");
  const db = writing(acting);
  const now = acting.now();
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  const isOver = or(lt(session.expiresAt, now), lt(session.endedAt, before(ENDED_SECONDS)));
  await db.delete(session).where(isOver);
  await db
    .delete(refreshToken)
    .where(lt(refreshToken.issuedAt, before(acting.sessionLifetimeSeconds)));
}
