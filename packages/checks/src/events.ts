import type { EventType } from "@netcheck/kernel/event";
import { idSchema } from "@netcheck/kernel/id";
import { CheckType } from "@netcheck/wire/message";
import * as z from "zod";

/** How many agents one message may ask; a larger check is several messages. */
export const AGENTS_PER_MESSAGE = 100;

/** A check for these agents. The worker turns it into a request for each. */
export const CheckRequested = {
  type: "check.requested",
  queue: "check-requests",
  schema: z.object({
    checkId: idSchema<"check">(),
    type: CheckType,
    target: z.string(),
    port: z.int().optional(),
    options: z.record(z.string(), z.unknown()),
    deadlineAt: z.iso.datetime(),
    agentIds: z.array(z.uuidv7()).min(1).max(AGENTS_PER_MESSAGE),
  }),
} satisfies EventType;
