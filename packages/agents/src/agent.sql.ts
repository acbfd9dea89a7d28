import type { Id } from "@netcheck/kernel/id";
import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  jsonb,
  pgSchema,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

export const agents = pgSchema("agents");

/** Where an agent stands, as its administrator says. `country` is ISO 3166-1 alpha-2. */
export type Location = {
  country?: string | undefined;
  city?: string | undefined;
  asn?: number | undefined;
  network?: string | undefined;
};

export const agent = agents.table(
  "agent",
  {
    id: uuid().$type<Id<"agent">>().primaryKey(),
    name: text().notNull(),
    /** `nameKey` of the name: what two agents never share. */
    nameKey: text().notNull().unique("agent_name"),
    status: text({ enum: ["setup", "active", "inactive", "paused", "revoked"] }).notNull(),
    location: jsonb().$type<Location>().notNull(),
    tags: text().array().notNull(),
    /** Random, as anyone at the broker may count a queue whose name they know. */
    queue: text().notNull().unique("agent_queue"),
    enrollmentHash: text().unique("agent_enrollment"),
    rotateAskedAt: timestamp({ withTimezone: true }),
    brokerPasswordHash: text(),
    hostname: text(),
    region: text(),
    localIp: text(),
    publicIp: text(),
    version: text(),
    capabilities: text().array().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    registeredAt: timestamp({ withTimezone: true }),
    /** When it last came back or fell silent; between the two, Redis knows better. */
    seenAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    index("agent_active")
      .on(t.id)
      .where(sql`${t.status} = 'active'`),
  ],
);

/**
 * The secrets of an agent, hashed. One is `in_use`; the first use of another puts that one in its
 * place. One at most is `bought` with the enrolment token; sessions hand out `rotated` ones while a
 * rotation is asked for. Who changes them holds the agent's row.
 */
export const agentSecret = agents.table(
  "agent_secret",
  {
    hash: text().primaryKey(),
    agentId: uuid()
      .$type<Id<"agent">>()
      .notNull()
      .references(() => agent.id, { onDelete: "cascade" }),
    state: text({ enum: ["bought", "rotated", "in_use"] }).notNull(),
    /** In which order they were made. */
    position: bigint({ mode: "number" }).generatedAlwaysAsIdentity(),
  },
  (t) => [
    index("agent_secret_of").on(t.agentId),
    uniqueIndex("agent_secret_one")
      .on(t.agentId, t.state)
      .where(sql`${t.state} <> 'rotated'`),
  ],
);
