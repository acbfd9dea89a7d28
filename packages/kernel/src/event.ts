import * as z from "zod";

import type { QueueName } from "./queue.ts";

/** What may be told to others: a stable name, the queue that carries it, and its shape. */
export type EventType<S extends z.ZodType = z.ZodType> = {
  type: string;
  queue: QueueName;
  schema: S;
};

/** The SQS body of an event. */
export function envelope<S extends z.ZodType, T extends string>(event: { type: T; schema: S }) {
  return z.object({
    id: z.uuid(),
    type: z.literal(event.type),
    at: z.iso.datetime(),
    requestId: z.string().min(1).max(128),
    data: event.schema,
  });
}
