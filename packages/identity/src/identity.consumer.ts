import { on } from "@netcheck/kernel/event";

import { RightsChanged, SessionEnded } from "./events.ts";
import { rewriteRights } from "./live-person.ts";
import { forgetSession } from "./live-session.ts";

/** Brings Redis to what Postgres says, should the request have died between the two. */
export const endedSessions = on(SessionEnded, (ctx, ended) =>
  Promise.all(ended.map(({ sessionId }) => forgetSession(ctx, sessionId))),
);

/** The same for all that acts in a person's name. */
export const changedRights = on(RightsChanged, (ctx, changed) =>
  Promise.all(changed.map(({ personId }) => rewriteRights(ctx, personId))),
);
