import * as z from "zod";

import type { Consumer } from "./consumer.ts";
import type { Ctx } from "./ctx.ts";
import type { EventHandler } from "./event.ts";
import { METRICS } from "./metric-catalogue.ts";
import { count } from "./metrics.ts";

/** The queue in which a context hears of events. */
export const eventsQueue = (context: string) => `events-${context}`;

const Told = z.object({ type: z.string().max(128), data: z.unknown() });

/**
 * The consumer of a context's events: each handler of a type is given all of that type that came
 * together. An event that nobody here knows, from before or after this version, is counted and let go.
 */
export function subscriber<C extends Ctx>(context: string, handlers: readonly EventHandler<C>[]) {
  const byType = Map.groupBy(handlers, ({ event }) => event.type);
  const schema = Told.transform(({ type, data }, issues) => {
    const parsed = byType.get(type)?.[0]?.event.schema.safeParse(data);
    if (!parsed || parsed.success) return { type, data: parsed?.data };
    issues.addIssue(parsed.error.message);
    return z.NEVER;
  });
  return {
    name: eventsQueue(context),
    schema,
    async handle(ctx, messages) {
      for (const [type, told] of Map.groupBy(messages, (message) => message.type)) {
        const wanted = byType.get(type);
        if (!wanted) count(METRICS.foreignEvents, {}, { type, context }, told.length);
        // Each was read by the schema of its type.
        const data = told.map((message) => message.data) as never[];
        for (const handler of wanted ?? []) await handler.handle(ctx, data);
      }
    },
  } satisfies Consumer<C, typeof schema>;
}
