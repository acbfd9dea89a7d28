import type { Ctx, Writer } from "@netcheck/kernel/ctx";
import { type Acting, type ActorOf, requireActor } from "@netcheck/kernel/guard";
import { count } from "@netcheck/kernel/metrics";
import { prepared } from "@netcheck/kernel/prepared";
import { writing } from "@netcheck/kernel/writing";
import type { ResultDelivery } from "@netcheck/wire/delivery";
import { and, eq, gte, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { fitted } from "./answer-size.ts";
import { factsOf } from "./check-types.ts";
import { check, result } from "./check.sql.ts";
import { METRICS } from "./metric-catalogue.ts";
import { bounded, storableInstant, storableJson } from "./storable.ts";

type Response = Extract<ResultDelivery, { kind: "response" }>;
type Consuming = Acting<Ctx, ActorOf<"system">>;
type Undelivered = Extract<ResultDelivery, { kind: "undelivered" }>;

/**
 * Safe to repeat: an answer fills the row that waits for it, once, and finds no other. Late is what
 * is recorded after the deadline, so a check that has been seen finished never changes again.
 */
export async function recordDeliveries(ctx: Ctx, deliveries: readonly ResultDelivery[]) {
  const acting = requireActor(ctx, "system");
  const responses = deliveries.filter((delivery) => delivery.kind === "response");
  const undelivered = deliveries.filter((delivery) => delivery.kind === "undelivered");
  if (responses.length > 0) await recordResponses(acting, responses);
  if (undelivered.length > 0) await recordUndelivered(acting, undelivered);
}

async function recordResponses(acting: Consuming, responses: readonly Response[]) {
  const answers = responses.map(({ agentId, response }) => ({
    ...response,
    ...asked(response.id, agentId),
    startedAt: storableInstant(response.startedAt),
    facts: factsOf(response.result),
    result: fitted(bounded(response.result)),
  }));
  const receivedAt = acting.now().toISOString();
  const filled = await fill(writing(acting)).execute({ receivedAt, ...paramsOf(answers) });
  const repeated = responses.length - filled.length;
  if (repeated > 0) count(METRICS.repeatedAnswers, {}, {}, repeated);
}

const fill = prepared((db: Writer) => {
  const columns = sql`status text, "failureSource" text, "failedPhase" text, error jsonb,
    "startedAt" timestamptz, "durationMs" double precision, facts jsonb, result json`;
  const receivedAt = sql`${sql.placeholder("receivedAt")}::timestamptz`;
  const filling = db.update(result).set({
    receivedAt,
    late: sql`${receivedAt} >= ${check.deadlineAt}`,
    status: sql`d.status`,
    failureSource: sql`d."failureSource"`,
    failedPhase: sql`d."failedPhase"`,
    error: sql`d.error`,
    startedAt: sql`d."startedAt"`,
    durationMs: sql`d."durationMs"`,
    facts: sql`d.facts`,
    result: sql`d.result`,
  });
  return filling
    .from(recordset(columns))
    .innerJoin(check, and(sql`${check.id} = d."checkId"`, within(check.id)))
    .where(and(waiting, within(result.checkId)))
    .returning({ checkId: result.checkId })
    .prepare("");
});

async function recordUndelivered(acting: Consuming, undelivered: readonly Undelivered[]) {
  const reasons = undelivered.map(({ checkId, agentId, reason }) => ({
    ...asked(checkId, agentId),
    reason,
  }));
  for (const { reason } of reasons) count(METRICS.undelivered, { reason });
  await explain(writing(acting)).execute(paramsOf(reasons));
}

const explain = prepared((db: Writer) =>
  db
    .update(result)
    .set({ undelivered: sql`d.reason` })
    .from(recordset(sql`reason text`))
    .where(and(waiting, within(result.checkId), isNull(result.undelivered)))
    .prepare(""),
);

const waiting = and(
  eq(result.checkId, sql`d."checkId"`),
  eq(result.agentId, sql`d."agentId"`),
  isNull(result.receivedAt),
);

/** Agents may write ids in capitals; compared as text below, those would be others. */
function asked(checkId: string, agentId: string) {
  return { checkId: checkId.toLowerCase(), agentId: agentId.toLowerCase() };
}

/** Says in which partitions to look: of those that the batch spans, not of all there are. */
function within(column: PgColumn) {
  return and(gte(column, sql.placeholder("firstId")), lte(column, sql.placeholder("lastId")));
}

/** The rows of `paramsOf` as `d`: one statement for a batch, whatever its size. */
function recordset(columns: SQL) {
  const rows = sql`${sql.placeholder("rows")}::json`;
  return sql`json_to_recordset(${rows}) as d("checkId" uuid, "agentId" uuid, ${columns})`;
}

/** The first of each (check, agent), and the ids that the batch spans. */
function paramsOf(rows: readonly { checkId: string; agentId: string }[]) {
  const first = Map.groupBy(rows, ({ checkId, agentId }) => `${checkId} ${agentId}`);
  const ids = rows.map(({ checkId }) => checkId).toSorted();
  const json = storableJson([...first.values()].map(([row]) => row));
  return { rows: json, firstId: ids[0], lastId: ids.at(-1) };
}
