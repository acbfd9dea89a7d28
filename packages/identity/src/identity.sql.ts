import type { Actor } from "@netcheck/kernel/ctx";
import type { Id } from "@netcheck/kernel/id";
import { index, jsonb, pgSchema, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const identity = pgSchema("identity");

export const person = identity.table("person", {
  id: uuid().$type<Id<"person">>().primaryKey(),
  /** In lower case. */
  email: text().notNull().unique("person_email"),
  passwordHash: text().notNull(),
  role: text({ enum: ["viewer", "operator", "admin"] }).notNull(),
  createdAt: timestamp({ withTimezone: true }).notNull(),
  blockedAt: timestamp({ withTimezone: true }),
});

export const session = identity.table(
  "session",
  {
    id: uuid().$type<Id<"session">>().primaryKey(),
    personId: uuid()
      .$type<Id<"person">>()
      .notNull()
      .references(() => person.id, { onDelete: "cascade" }),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    endedAt: timestamp({ withTimezone: true }),
  },
  (t) => [index("session_person").on(t.personId)],
);

export const audit = identity.table(
  "audit",
  {
    id: uuid().$type<Id<"audit">>().primaryKey(),
    at: timestamp({ withTimezone: true }).notNull(),
    actor: jsonb().$type<Actor>().notNull(),
    action: text().notNull(),
    subjectId: uuid().notNull(),
    requestId: text().notNull(),
  },
  (t) => [index("audit_subject").on(t.subjectId, t.at)],
);
