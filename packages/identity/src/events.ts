import type { EventType } from "@netcheck/kernel/event";
import { idSchema } from "@netcheck/kernel/id";
import * as z from "zod";

/** A session may no longer be used; repeats the write to Redis that the request may have missed. */
export const SessionEnded = {
  type: "identity.session_ended",
  queue: "events",
  schema: z.object({ sessionId: idSchema<"session">() }),
} satisfies EventType;
