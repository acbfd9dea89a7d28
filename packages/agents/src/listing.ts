import { requireScope } from "@netcheck/kernel/ctx";
import { Fault } from "@netcheck/kernel/fault";
import { and, arrayContains, eq, gt, sql } from "drizzle-orm";
import * as z from "zod";

import { agent } from "./agent.sql.ts";
import { AgentId, viewAgent } from "./agent.ts";
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
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(64).optional(),
});

/** In the order of creation; `nextCursor` is null on the last page. */
export async function listAgents(ctx: AgentsCtx, input: z.output<typeof ListAgents>) {
  requireScope(ctx, "agents:read");
  const { limit, cursor, ...filter } = input;
  const after = cursor === undefined ? undefined : gt(agent.id, readCursor(cursor));
  const rows = await ctx.db
    .select()
    .from(agent)
    .where(and(after, fitting(filter)))
    .orderBy(agent.id)
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const seen = await lastSeen(
    ctx,
    page.map((row) => row.id),
  );
  const items = page.map((row, i) => viewAgent(row, seen[i] ?? null));
  return { items, nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
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

/** The last id of the page before; it need not exist any more. */
function readCursor(cursor: string) {
  const { success, data } = AgentId.safeParse(cursor);
  if (!success) throw new Fault("malformed", "request.cursor", "There is no such page.");
  return data;
}
