import type { Ctx } from "@netcheck/kernel/ctx";
import type { Id } from "@netcheck/kernel/id";
import { count } from "@netcheck/kernel/metrics";
import type { HeartbeatDelivery } from "@netcheck/wire/delivery";
import { and, eq, inArray, isNull, lte, or, sql } from "drizzle-orm";

import { agent } from "./agent.sql.ts";
import type { AgentsCtx } from "./ctx.ts";

/** Sorted set: agent id by the time, in ms, when the platform last heard of it. */
const BEATS = "agents:beats";
/** Hash: what each agent last said of itself, to notice a change. */
const REPORTS = "agents:reports";
/** Set: taken out of BEATS as stale and not yet inactive in Postgres. */
const STALE = "agents:stale";
/** Missing when Redis was emptied, and then silence means nothing. */
const SENTINEL = "agents:seeded";

/** Keeps the newest time of each and answers who had been away or says something new of itself. */
const BEAT = `
local news = {}
for i = 1, #ARGV, 3 do
  local added = redis.call('ZADD', KEYS[1], 'GT', ARGV[i + 1], ARGV[i])
  local known = redis.call('HGET', KEYS[2], ARGV[i])
  if added == 1 or known ~= ARGV[i + 2] then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2])
    news[#news + 1] = ARGV[i]
  end
end
return news`;

/** Takes the silent ones, unless the set was lost or the whole fleet fell silent at once. */
const TAKE = `
if redis.call('EXISTS', KEYS[3]) == 0 then return { 'unseeded' } end
local newest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if newest[2] and tonumber(newest[2]) < tonumber(ARGV[1]) then return { 'blind' } end
local stale = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, 500)
if #stale > 0 then
  redis.call('ZREM', KEYS[1], unpack(stale))
  redis.call('SADD', KEYS[2], unpack(stale))
end
return { 'taken', unpack(redis.call('SMEMBERS', KEYS[2])) }`;

const SEED = `
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[i]) end
redis.call('SET', KEYS[2], ARGV[1])`;

const FORGET = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])`;

/** Times are the platform's. Only an agent that had been away, or changed, costs a write to Postgres. */
export async function recordHeartbeats(ctx: Ctx, beats: readonly HeartbeatDelivery[]) {
  const newest = new Map(beats.map((beat) => [beat.agentId, beat]));
  const args = beats.flatMap(({ agentId, receivedAt, heartbeat: { version, capabilities } }) => [
    agentId,
    new Date(receivedAt).getTime(),
    JSON.stringify([version, capabilities]),
  ]);
  const news = await ctx.redis.eval<unknown[], string[]>(BEAT, [BEATS, REPORTS], args);
  for (const beat of news.flatMap((id) => newest.get(id) ?? [])) await welcome(ctx, beat);
}

/** Turns agents inactive that were silent for the timeout. Costs what the silent ones cost. */
export async function sweepAgents(ctx: AgentsCtx) {
  const cutoff = ctx.now().getTime() - ctx.heartbeatTimeoutSeconds * 1000;
  const keys = [BEATS, STALE, SENTINEL];
  const [state, ...ids] = await ctx.redis.eval<number[], string[]>(TAKE, keys, [cutoff]);
  if (state === "unseeded") return await seed(ctx);
  if (state === "blind") return count("agents.platform_blind");
  if (ids.length === 0) return;
  const stale = inArray(agent.id, ids as Id<"agent">[]);
  // A beat that came after the taking has written `seenAt`, and wins.
  const silent = or(isNull(agent.seenAt), lte(agent.seenAt, new Date(cutoff)));
  const gone = and(stale, eq(agent.status, "active"), silent);
  await ctx.db.update(agent).set({ status: "inactive" }).where(gone);
  await ctx.redis.eval("redis.call('SREM', KEYS[1], unpack(ARGV))", [STALE], ids);
}

/** When each was last heard of, in the order asked; null for one that Redis does not know. */
export async function lastSeen({ redis }: Pick<Ctx, "redis">, ids: Id<"agent">[]) {
  if (ids.length === 0) return [];
  const scores = (await redis.zmscore(BEATS, ids)) ?? [];
  return scores.map((ms) => (ms === null ? null : new Date(ms)));
}

export async function arrive(ctx: Ctx, id: Id<"agent">) {
  const add = "redis.call('ZADD', KEYS[1], 'GT', ARGV[1], ARGV[2])";
  await ctx.redis.eval(add, [BEATS], [ctx.now().getTime(), id]);
}

export async function forgetPresence({ redis }: Pick<Ctx, "redis">, id: Id<"agent">) {
  await redis.eval(FORGET, [BEATS, REPORTS], [id]);
}

async function welcome(ctx: Ctx, { agentId, receivedAt, heartbeat }: HeartbeatDelivery) {
  const { version, capabilities } = heartbeat;
  const seenAt = new Date(receivedAt);
  const status = sql`case when ${agent.status} in ('setup', 'inactive') then 'active' else ${agent.status} end`;
  const known = eq(agent.id, agentId as Id<"agent">);
  await ctx.db.update(agent).set({ version, capabilities, seenAt, status }).where(known);
}

/** Everybody active is given one timeout from now, so that a dead agent is found by its silence. */
async function seed(ctx: AgentsCtx) {
  const rows = await ctx.db.select({ id: agent.id }).from(agent).where(eq(agent.status, "active"));
  const args = [ctx.now().getTime(), ...rows.map(({ id }) => id)];
  await ctx.redis.eval(SEED, [BEATS, SENTINEL], args);
}
