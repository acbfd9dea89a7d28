import type { Consumer } from "@netcheck/kernel/consumer";
import type { Ctx } from "@netcheck/kernel/ctx";
import { envelope } from "@netcheck/kernel/event";

import { SessionEnded } from "./events.ts";
import { forgetSession } from "./live-session.ts";

const schema = envelope(SessionEnded);

/** Ends in Redis what has ended in Postgres, should the request have died between the two. */
export const endedSessions = {
  name: "identity.ended_sessions",
  schema,
  handle: (ctx, messages) =>
    Promise.all(messages.map(({ data }) => forgetSession(ctx, data.sessionId))),
} satisfies Consumer<Ctx, typeof schema>;
