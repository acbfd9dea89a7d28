import { isNull } from "drizzle-orm";
import { index, integer, jsonb, pgSchema, text, timestamp, uuid } from "drizzle-orm/pg-core";

import type { Actor } from "./ctx.ts";
import type { Id } from "./id.ts";

export const kernel = pgSchema("kernel");

/** What must leave the database: written with the change it reports, marked once SQS has it. */
export const outbox = kernel.table(
  "outbox",
  {
    id: uuid().$type<Id<"event">>().primaryKey(),
    queue: text().notNull(),
    type: text().notNull(),
    data: jsonb().notNull(),
    actor: jsonb().$type<Actor>().notNull(),
    requestId: text().notNull(),
    delaySeconds: integer().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    sentAt: timestamp({ withTimezone: true }),
  },
  (t) => [index("outbox_unsent").on(t.createdAt).where(isNull(t.sentAt))],
);
