import type { Actor } from "@netcheck/kernel/ctx";
import type { Id } from "@netcheck/kernel/id";
import type { Reason } from "@netcheck/wire/delivery";
import type { CheckResponse, CheckType } from "@netcheck/wire/message";
import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

import type { Facts } from "./check-types.ts";
import type { AgentSnapshot } from "./selection.ts";

export const checks = pgSchema("checks");

/** Partitioned by range of `id` at day borders: see partition.ts and the hand-made part of the migration. */
export const check = checks.table(
  "check",
  {
    id: uuid().$type<Id<"check">>().primaryKey(),
    type: text().$type<CheckType>().notNull(),
    target: text().notNull(),
    port: integer(),
    options: jsonb().$type<Record<string, unknown>>().notNull(),
    expected: integer().notNull(),
    truncated: boolean().notNull(),
    createdBy: jsonb().$type<Actor>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    deadlineAt: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [
    index("check_target").on(t.target, t.id),
    index("check_person").on(sql`(${t.createdBy} ->> 'personId')`, t.id),
  ],
);

/** A row per expected agent, made with the check and filled once. Partitioned by `check_id`. */
export const result = checks.table(
  "result",
  {
    checkId: uuid().$type<Id<"check">>().notNull(),
    agentId: uuid().$type<Id<"agent">>().notNull(),
    agent: jsonb().$type<AgentSnapshot>().notNull(),
    /** Why the request did not reach the agent, once the broker has told. */
    undelivered: text().$type<Reason>(),
    receivedAt: timestamp({ withTimezone: true }),
    late: boolean(),
    status: text().$type<CheckResponse["status"]>(),
    failureSource: text(),
    failedPhase: text(),
    error: jsonb().$type<{ code: string; message: string }>(),
    startedAt: timestamp({ withTimezone: true }),
    durationMs: doublePrecision(),
    /** What aggregates need of `result`, so that lists need not load it. */
    facts: jsonb().$type<Facts>(),
    /** Kept as it was sent, in its order; nothing looks inside. */
    result: json().$type<Record<string, unknown>>(),
  },
  (t) => [primaryKey({ columns: [t.checkId, t.agentId] })],
);
