import { sample } from "@netcheck/kernel/metric";
import { readBriefly } from "@netcheck/kernel/read-briefly";
import { count } from "drizzle-orm";

import { agent } from "./agent.sql.ts";
import type { AgentsCtx } from "./ctx.ts";
import { METRICS } from "./metric-catalogue.ts";
import { surveyPresence } from "./presence.ts";

/** How many there are, by what Postgres says. */
export async function measureAgents(ctx: AgentsCtx) {
  const rows = await readBriefly(ctx, (tx) =>
    tx.select({ status: agent.status, many: count() }).from(agent).groupBy(agent.status),
  );
  const many = new Map(rows.map((row) => [row.status, row.many]));
  return METRICS.agents.labels.status.map((status) =>
    sample(METRICS.agents, { status }, many.get(status) ?? 0),
  );
}

/** Who was heard of, by what Redis says. */
export async function measurePresence(ctx: AgentsCtx) {
  const now = ctx.now().getTime();
  const { present, newestMs, oldestMs } = await surveyPresence(ctx);
  const age = (ms: number) => Math.max(0, now - ms) / 1000;
  return [
    sample(METRICS.present, {}, present),
    ...(newestMs === undefined ? [] : [sample(METRICS.newestBeat, {}, age(newestMs))]),
    ...(oldestMs === undefined ? [] : [sample(METRICS.oldestBeat, {}, age(oldestMs))]),
  ];
}
