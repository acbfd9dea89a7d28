import type { Id } from "@netcheck/kernel/id";
import { sql } from "drizzle-orm";
import { index, jsonb, pgSchema, text, timestamp, uuid } from "drizzle-orm/pg-core";

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
    /** The secret in use. The first use of another one below puts it here. */
    secretHash: text().unique("agent_secret"),
    /** Bought with the enrolment token, not yet used. */
    boughtHash: text().unique("agent_bought"),
    /** Handed out by sessions since a rotation was asked for, newest last, none used yet. */
    rotatedHashes: text().array().notNull().default([]),
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
    index("agent_rotated").using("gin", t.rotatedHashes),
  ],
);
