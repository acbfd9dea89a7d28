import { index, json, primaryKey, text, timestamp } from "drizzle-orm/pg-core";

import { kernel } from "./outbox.sql.ts";

/** What a repeated request is answered: the first answer, to the same sender. */
export const idempotency = kernel.table(
  "idempotency",
  {
    /** Who sent it, whatever kind of actor that is. */
    actor: text().notNull(),
    key: text().notNull(),
    /** What was to be done, such as `checks.start`. */
    verb: text().notNull(),
    bodyHash: text().notNull(),
    /** Kept as it was sent, in its order. */
    answer: json().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.actor, t.key] }),
    index("idempotency_created_at").on(t.createdAt),
  ],
);
