import type { EventType } from "@netcheck/kernel/event";
import { idSchema } from "@netcheck/kernel/id";
import * as z from "zod";

/** A session may no longer be used; repeats the write to Redis that the request may have missed. */
export const SessionEnded = {
  type: "identity.session_ended",
  schema: z.object({ sessionId: idSchema<"session">() }),
} satisfies EventType;

/** What a person may do has changed, with all that acts in their name; repeats the write to Redis. */
export const RightsChanged = {
  type: "identity.rights_changed",
  schema: z.object({ personId: idSchema<"person">() }),
} satisfies EventType;
