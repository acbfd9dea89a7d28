import { randomUUID } from "node:crypto";

import type { Ctx } from "@netcheck/kernel/ctx";
import { Fault } from "@netcheck/kernel/fault";
import { type Acting, requireActor, type Unattended } from "@netcheck/kernel/guard";
import type { Id } from "@netcheck/kernel/id";
import { count } from "@netcheck/kernel/metrics";
import { writing } from "@netcheck/kernel/writing";
import type { HeartbeatDelivery } from "@netcheck/wire/delivery";
import type { Heartbeat } from "@netcheck/wire/message";
import { and, eq, gt, sql } from "drizzle-orm";

import { agent } from "./agent.sql.ts";
import type { AgentsCtx } from "./ctx.ts";
import { METRICS } from "./metric-catalogue.ts";
import {
  ARRIVE,
  ASK,
  BEAT,
  FIND,
  SEED,
  SEEDED,
  SETTLE,
  SETTLE_SILENCE,
  SURVEY,
  TAKE,
} from "./presence-script.ts";
import { redisKey } from "./redis-key.ts";

const KEYS = {
  /** Sorted set: agent id by the time, in ms, when the platform last heard of it. */
  beats: redisKey("beats"),
  /** Hash: what Postgres is known to have of each agent that is there; `?` and a token while it is being told. */
  reports: redisKey("reports"),
  /** Hash: id and last time of those taken out of `beats` as silent and not yet so in Postgres. */
  stale: redisKey("stale"),
  /** Hash: by how many ms each agent's clock is ahead, and in ms when it was last set, if that is known. */
  clocks: redisKey("clocks"),
  /** The time of the newest beat of the whole fleet. */
  newest: redisKey("newest"),
  /** Missing when Redis was emptied, and then silence means nothing. */
  seeded: redisKey("seeded"),
};

const BATCH = 500;
const ROUNDS = 100;
/** Marks a time that was given, not heard: beats are whole milliseconds. */
const GIVEN = 0.5;

type Redis = Pick<Ctx, "redis">;
type Taken = { id: string; score: string };

/** Times are the platform's. Only an agent that was away, is paused or says something new costs a write to Postgres. */
export async function recordHeartbeats(ctx: Ctx, beats: readonly HeartbeatDelivery[]) {
  await record(requireActor(ctx, "system"), beats);
}

/** A beat over HTTP, for agents that cannot send one over AMQP; a few in each interval at most. */
export async function beat(ctx: AgentsCtx, heartbeat: Heartbeat) {
  const acting = requireActor(ctx, "agent");
  const { agentId } = acting.actor;
  const pauseSeconds = Math.floor(acting.heartbeatIntervalSeconds / 4);
  if (pauseSeconds > 0) {
    const options = { ex: pauseSeconds, nx: true } as const;
    const admitted = await acting.redis.set(redisKey("beat", agentId), 1, options);
    if (admitted === null) {
      const detail = `Beat every ${acting.heartbeatIntervalSeconds} s.`;
      throw new Fault("limited", "agents.beats", detail, { retryAfterSeconds: pauseSeconds });
    }
  }
  await record(acting, [{ agentId, receivedAt: acting.now().toISOString(), heartbeat }]);
}

/** Turns agents inactive that were silent for the timeout. Costs what the silent ones cost. */
export async function sweepAgents(ctx: AgentsCtx) {
  const acting = requireActor(ctx, "system");
  const cutoff = acting.now().getTime() - acting.heartbeatTimeoutSeconds * 1000;
  for (let round = 0; round < ROUNDS; round++) {
    const [state, found = []] = await run<[string, string[]?]>(acting, TAKE, [cutoff, BATCH]);
    if (state === "unseeded") return await seed(acting);
    if (state === "blind") return count(METRICS.platformBlind, {});
    if (state === "quiet") return;
    const taken = pairs(found);
    await silence(acting, taken, new Date(cutoff));
    const args = taken.flatMap(({ id, score }) => [id, score]);
    await run(acting, SETTLE_SILENCE, args);
    if (taken.length < BATCH) return;
  }
}

/** What is active and has no place among the silent or the lively, for whatever crash, is given one. */
export async function repairPresence(ctx: AgentsCtx) {
  const acting = requireActor(ctx, "system");
  const ms = acting.now().getTime() + GIVEN;
  let after: Id<"agent"> | undefined;
  do {
    const rest = after && gt(agent.id, after);
    const rows = await acting.db
      .select({ id: agent.id })
      .from(agent)
      .where(and(eq(agent.status, "active"), rest))
      .orderBy(agent.id)
      .limit(BATCH);
    if (rows.length > 0) await run(acting, SEED, [ms, ...rows.map(({ id }) => id)]);
    after = rows.length === BATCH ? rows.at(-1)?.id : undefined;
  } while (after);
}

/** Whether a sweep would find anything to do; asks Redis alone. */
export async function isSomebodySilent(ctx: AgentsCtx) {
  const cutoff = ctx.now().getTime() - ctx.heartbeatTimeoutSeconds * 1000;
  return (await run<number>(ctx, ASK, [cutoff])) > 0;
}

/** When each was last heard of, in the order asked; null for one that Redis did not hear. */
export async function lastSeen({ redis }: Redis, ids: Id<"agent">[]) {
  if (ids.length === 0) return [];
  const scores = (await redis.zmscore(KEYS.beats, ids)) ?? [];
  return scores.map(heardAt);
}

/** The same of one agent, with what is known of its clock. */
export async function findPresence(ctx: Redis, id: Id<"agent">) {
  const [score, clock] = await run<(string | number | null)[]>(ctx, FIND, [id]);
  const [offset, jumpedAt] = String(clock ?? "").split(" ");
  return {
    seenAt: heardAt(score ?? null),
    clockOffsetMs: offset ? Number(offset) : null,
    clockJumpedAt: jumpedAt ? new Date(Number(jumpedAt)) : null,
  };
}

/** How many are there for all that is known, and when the most silent of them and anybody was heard of. */
export async function surveyPresence(ctx: AgentsCtx) {
  const cutoff = ctx.now().getTime() - ctx.heartbeatTimeoutSeconds * 1000;
  const [present, oldest, newest] = await run<(string | number | null)[]>(ctx, SURVEY, [cutoff]);
  return { present: Number(present), oldestMs: msOf(oldest), newestMs: msOf(newest) };
}

export async function arrive(ctx: Ctx, id: Id<"agent">) {
  await run(ctx, ARRIVE, [ctx.now().getTime(), id]);
}

async function record(ctx: Acting<Ctx, Unattended>, beats: readonly HeartbeatDelivery[]) {
  const newest = new Map(beats.toSorted(byReceipt).map((one) => [one.agentId, one]));
  const token = randomUUID();
  const args = [...newest.values()].flatMap((one) => {
    const ms = new Date(one.receivedAt).getTime();
    return [one.agentId, ms, reportOf(one), clockOf(one, ms)];
  });
  const news = await run<string[]>(ctx, BEAT, [token, ...args]);
  const told = news.flatMap((id) => newest.get(id) ?? []);
  if (told.length === 0) return;
  const away = await welcome(ctx, told);
  const settled = told.filter(({ agentId }) => !away.has(agentId));
  await run(ctx, SETTLE, [token, ...settled.flatMap((one) => [one.agentId, reportOf(one)])]);
}

function byReceipt(one: HeartbeatDelivery, other: HeartbeatDelivery) {
  return Date.parse(one.receivedAt) - Date.parse(other.receivedAt);
}

/** By the agent's own word, where it has one: its beats have been on their way for a while. */
function clockOf(
  { heartbeat: { at, clockOffsetMs, clockJumpedAt } }: HeartbeatDelivery,
  ms: number,
) {
  const offset = clockOffsetMs ?? Date.parse(at) - ms;
  return clockJumpedAt === undefined ? `${offset}` : `${offset} ${Date.parse(clockJumpedAt)}`;
}

function reportOf({ heartbeat: { version, capabilities } }: HeartbeatDelivery) {
  return JSON.stringify([version, capabilities]);
}

/** Writes who is there and what it says; answers who is not active for all that, and is told again. */
async function welcome(acting: Acting<Ctx, Unattended>, beats: HeartbeatDelivery[]) {
  const rows = JSON.stringify(
    beats.map(({ agentId, receivedAt, heartbeat: { version, capabilities } }) => {
      return { id: agentId, at: receivedAt, version, capabilities };
    }),
  );
  // A beat older than what Postgres knows was delivered twice, or late, and brings nobody back.
  const back = sql`${agent.status} in ('setup', 'inactive') and ${agent.seenAt} is distinct from greatest(${agent.seenAt}, beat.at)`;
  const fresh = await writing(acting)
    .update(agent)
    .set({
      version: sql`beat.version`,
      capabilities: sql`beat.capabilities`,
      seenAt: sql`greatest(${agent.seenAt}, beat.at)`,
      status: sql`case when ${back} then 'active' else ${agent.status} end`,
    })
    .from(
      sql`json_to_recordset(${rows}::json) as beat(id uuid, at timestamptz, version text, capabilities text[])`,
    )
    .where(sql`${agent.id} = beat.id`)
    .returning({ id: agent.id, status: agent.status });
  const away = fresh.filter(({ status }) => status !== "active" && status !== "revoked");
  return new Set<string>(away.map(({ id }) => id));
}

/** A beat that came after the taking has written a later `seenAt`, and wins. */
async function silence(acting: Acting<Ctx, Unattended>, taken: readonly Taken[], cutoff: Date) {
  const rows = JSON.stringify(
    taken.map(({ id, score }) => ({ id, at: heardAt(score)?.toISOString() })),
  );
  const status = sql`case when ${agent.status} = 'active' then 'inactive' else ${agent.status} end`;
  const seenAt = sql`greatest(${agent.seenAt}, taken.at)`;
  const silent = sql`(${agent.seenAt} is null or ${agent.seenAt} <= ${cutoff.toISOString()})`;
  await writing(acting)
    .update(agent)
    .set({ status, seenAt })
    .from(sql`json_to_recordset(${rows}::json) as taken(id uuid, at timestamptz)`)
    .where(sql`${agent.id} = taken.id and ${silent}`);
}

/** Everybody active is given one timeout from now, so that a dead agent is found by its silence. */
async function seed(ctx: Acting<AgentsCtx>) {
  await repairPresence(ctx);
  await run(ctx, SEEDED, [ctx.now().getTime()]);
}

function heardAt(score: string | number | null) {
  const ms = score === null ? Number.NaN : Number(score);
  return Number.isInteger(ms) ? new Date(ms) : null;
}

function msOf(score: string | number | null | undefined) {
  return score === null || score === undefined ? undefined : Number(score);
}

function pairs(flat: readonly (string | number)[]): Taken[] {
  return flat.flatMap((id, i) =>
    i % 2 === 0 ? [{ id: String(id), score: String(flat[i + 1]) }] : [],
  );
}

async function run<R>({ redis }: Redis, script: string, args: (string | number)[]): Promise<R> {
  const names = Object.keys(KEYS);
  const numbered = script.replace(/KEYS\.(\w+)/g, (_, name: string) => {
    return `KEYS[${names.indexOf(name) + 1}]`;
  });
  return await redis.eval<(string | number)[], R>(numbered, Object.values(KEYS), args);
}
