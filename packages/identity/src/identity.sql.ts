import type { Actor } from "@netcheck/kernel/ctx";
import type { Id } from "@netcheck/kernel/id";
import { ROLES } from "@netcheck/kernel/role";
import type { Scope } from "@netcheck/kernel/scope";
import { isNull } from "drizzle-orm";
import {
  index,
  integer,
  jsonb,
  pgSchema,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

export const identity = pgSchema("identity");

const at = () => timestamp({ withTimezone: true });

export const person = identity.table(
  "person",
  {
    id: uuid().$type<Id<"person">>().primaryKey(),
    /** In lower case; free again once its person is deleted. */
    email: text().notNull(),
    /** Null once deleted. */
    passwordHash: text(),
    role: text({ enum: ROLES }).notNull(),
    /** Grows with each change of what the person may do, so that an older copy never wins. */
    version: integer().notNull().default(1),
    createdAt: at().notNull(),
    blockedAt: at(),
    /** The row stays, so that history can still say who it was. */
    deletedAt: at(),
  },
  (t) => [
    uniqueIndex("person_email").on(t.email).where(isNull(t.deletedAt)),
    index("person_role").on(t.role).where(isNull(t.deletedAt)),
  ],
);

const owner = () =>
  uuid()
    .$type<Id<"person">>()
    .notNull()
    .references(() => person.id, { onDelete: "cascade" });

/** A sign-in, and the family of refresh tokens that came of it. */
export const session = identity.table(
  "session",
  {
    id: uuid().$type<Id<"session">>().primaryKey(),
    personId: owner(),
    address: text(),
    userAgent: text(),
    createdAt: at().notNull(),
    refreshedAt: at(),
    /** Moves with each refresh. */
    expiresAt: at().notNull(),
    endedAt: at(),
  },
  (t) => [index("session_person").on(t.personId), index("session_expires").on(t.expiresAt)],
);

export const refreshToken = identity.table(
  "refresh_token",
  {
    hash: text().primaryKey(),
    sessionId: uuid()
      .$type<Id<"session">>()
      .notNull()
      .references(() => session.id, { onDelete: "cascade" }),
    issuedAt: at().notNull(),
    spentAt: at(),
    /** The hash of the token that it was spent for. */
    successor: text(),
  },
  (t) => [
    index("refresh_token_session").on(t.sessionId),
    index("refresh_token_age").on(t.issuedAt),
  ],
);

export const apiKey = identity.table(
  "api_key",
  {
    id: uuid().$type<Id<"key">>().primaryKey(),
    personId: owner(),
    name: text().notNull(),
    hash: text().notNull().unique("api_key_hash"),
    /** As asked for; at each use only those that the owner's role still has. */
    scopes: text().$type<Scope>().array().notNull(),
    createdAt: at().notNull(),
    expiresAt: at(),
    /** To the minute. */
    lastUsedAt: at(),
    revokedAt: at(),
  },
  (t) => [index("api_key_person").on(t.personId)],
);

/** Partitioned by range of `id` at the borders of months: see partition.ts and the hand-made migration. */
export const audit = identity.table(
  "audit",
  {
    id: uuid().$type<Id<"audit">>().primaryKey(),
    at: at().notNull(),
    actor: jsonb().$type<Actor>().notNull(),
    /** The person or agent that acted, to find it by. */
    actorId: uuid(),
    action: text().notNull(),
    /** Null for a sign-in to an account that does not exist. */
    subjectId: uuid(),
    details: jsonb().$type<Record<string, unknown>>(),
    address: text(),
    requestId: text().notNull(),
  },
  (t) => [
    index("audit_subject").on(t.subjectId, t.id),
    index("audit_actor").on(t.actorId, t.id),
    index("audit_action").on(t.action, t.id),
  ],
);
