import type { Consumer } from "@netcheck/kernel/consumer";
import type { Ctx } from "@netcheck/kernel/ctx";
import { envelope } from "@netcheck/kernel/event";
import * as z from "zod";

import { RightsChanged, SessionEnded } from "./events.ts";
import { rewriteRights } from "./live-person.ts";
import { forgetSession } from "./live-session.ts";

const schema = z.union([envelope(SessionEnded), envelope(RightsChanged)]);

/** Brings Redis to what Postgres says, should the request have died between the two. */
export const lostRights = {
  name: "identity.lost_rights",
  schema,
  handle: (ctx, messages) =>
    Promise.all(
      messages.map(({ data }) =>
        "sessionId" in data
          ? forgetSession(ctx, data.sessionId)
          : rewriteRights(ctx, data.personId),
      ),
    ),
} satisfies Consumer<Ctx, typeof schema>;
