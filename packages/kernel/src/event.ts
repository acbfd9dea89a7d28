import * as z from "zod";

import { idSchema } from "./id.ts";
import type { QueueName } from "./queue.ts";

/** What may be told to others: a stable name, the queue that carries it, and its shape. */
export type EventType<S extends z.ZodType = z.ZodType> = {
  type: string;
  queue: QueueName;
  schema: S;
};

/** Who did it. What else they may do stays in the house. */
const Author = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("person"),
    personId: idSchema<"person">(),
    sessionId: idSchema<"session">(),
  }),
  z.object({
    type: z.literal("key"),
    keyId: idSchema<"key">(),
    personId: idSchema<"person">(),
  }),
  z.object({ type: z.literal("agent"), agentId: idSchema<"agent">() }),
  z.object({ type: z.literal("system"), job: z.string() }),
  z.object({ type: z.literal("nobody") }),
]);

/** The SQS body of an event. */
export function envelope<S extends z.ZodType, T extends string>(event: { type: T; schema: S }) {
  return z.object({
    id: z.uuid(),
    type: z.literal(event.type),
    at: z.iso.datetime(),
    requestId: z.string().min(1).max(128),
    actor: Author,
    data: event.schema,
  });
}
