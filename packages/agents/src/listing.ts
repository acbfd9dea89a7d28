import { requireScope } from "@netcheck/kernel/guard";
import { Page, pageOf, readCursor } from "@netcheck/kernel/page";
import { and, arrayContains, eq, gt, sql } from "drizzle-orm";
import * as z from "zod";

import { agent } from "./agent.sql.ts";
import { viewAgent } from "./agent.ts";
import type { AgentsCtx } from "./ctx.ts";
import { nameKey } from "./name.ts";
import { lastSeen } from "./presence.ts";

/** All that is given must fit. `name` is a part of the name; case, width and spaces do not matter. */
export const ListAgents = z.strictObject({
  status: z.enum(agent.status.enumValues).optional(),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, "An ISO 3166-1 code such as DE.")
    .transform((code) => code.toUpperCase())
    .optional(),
  city: z.string().trim().min(1).max(64).optional(),
  asn: z.coerce.number().int().min(1).max(4_294_967_295).optional(),
  tag: z.string().trim().min(1).max(64).optional(),
  name: z
    .string()
    .max(64)
    .transform(nameKey)
    .refine((key) => key !== "", "Give a part of the name.")
    .optional(),
  ...Page.shape,
});

/** In the order of creation; `nextCursor` is null on the last page. */
export async function listAgents(ctx: AgentsCtx, input: z.output<typeof ListAgents>) {
  const acting = requireScope(ctx, "agents:read");
  const { limit, cursor: given, ...filter } = input;
  const cursor = readCursor<"agent">(given);
  const rows = await acting.db
    .select()
    .from(agent)
    .where(and(cursor && gt(agent.id, cursor), fitting(filter)))
    .orderBy(agent.id)
    .limit(limit + 1);
  const page = pageOf(
    rows,
    limit,
    (row) => row,
    ({ id }) => id,
  );
  const seen = await lastSeen(
    acting,
    page.items.map(({ id }) => id),
  );
  const items = page.items.map((row, i) => viewAgent(row, seen[i] ?? null));
  return { ...page, items };
}

type Filter = Omit<z.output<typeof ListAgents>, "limit" | "cursor">;

function fitting({ status, country, city, asn, tag, name }: Filter) {
  const { location } = agent;
  return and(
    status ? eq(agent.status, status) : undefined,
    country ? sql`${location}->>'country' = ${country}` : undefined,
    city ? sql`lower(${location}->>'city') = lower(${city})` : undefined,
    asn ? sql`(${location}->>'asn')::bigint = ${asn}` : undefined,
    tag ? arrayContains(agent.tags, [tag]) : undefined,
    name ? sql`position(${name} in ${agent.nameKey}) > 0` : undefined,
  );
}
