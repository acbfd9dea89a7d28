import * as z from "zod";

import type { Ctx } from "./ctx.ts";
import { idSchema } from "./id.ts";
import { REQUEST_ID } from "./request-id.ts";

/** What may be told to others: a stable name and its shape. */
export type EventType<S extends z.ZodType = z.ZodType> = {
  type: string;
  /** Carried to this queue, whose consumer is no context; without it, to all contexts that asked. */
  queue?: string;
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
    requestId: z.string().regex(REQUEST_ID),
    actor: Author,
    data: event.schema,
  });
}

/** What a context does about an event. Delivery is at least once, to each of its handlers. */
export type EventHandler<C extends Ctx = Ctx> = {
  event: EventType;
  handle: (ctx: C, data: never[]) => Promise<unknown>;
};

/** A handler that is given what its event carries, of all that came together. */
export function on<C extends Ctx, S extends z.ZodType>(
  event: EventType<S>,
  handle: (ctx: C, data: z.output<S>[]) => Promise<unknown>,
): EventHandler<C> {
  return { event, handle };
}
