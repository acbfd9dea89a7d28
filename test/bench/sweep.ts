import { agent } from "@netcheck/agents/agent.sql";
import { sweepAgents } from "@netcheck/agents/presence";
import { redisKey } from "@netcheck/agents/redis-key";
import { jobCtx } from "@netcheck/api/ctx-for";
import type { Db } from "@netcheck/kernel/ctx";
import { newId } from "@netcheck/kernel/id";
import { migrateDatabase } from "@netcheck/local/migrate";
import type { Netcheck } from "@netcheck/local/netcheck";
import { openPlatform } from "@netcheck/local/platform";
import { eq } from "drizzle-orm";
import { Client } from "pg";

import { percentile, type Row } from "./table.ts";

const SILENT = 100;
const ROUNDS = 21;
const FLEETS = { floor: 1_000, ours: 100_000 };

/** The same number of silent agents in a small fleet and in a large one, in turn. */
export async function measureSweep(netcheck: Netcheck): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const [small, large] = [
    stack.use(await openFleet(netcheck.env, FLEETS.floor, 14)),
    stack.use(await openFleet(netcheck.env, FLEETS.ours, 15)),
  ];
  const took: Record<keyof typeof FLEETS, number[]> = { floor: [], ours: [] };
  for (let round = 0; round < ROUNDS; round++) {
    took.floor.push(await small.sweep());
    took.ours.push(await large.sweep());
  }
  // The first of each warms up.
  const [floor, ours] = [took.floor.slice(1), took.ours.slice(1)].map((all) =>
    percentile(all, 0.5),
  );
  if (floor === undefined || ours === undefined) throw new Error("two medians");
  const ratio = ours / floor;
  return [
    {
      what: `sweep, ${SILENT} stale of ${FLEETS.ours}`,
      floor: `of ${FLEETS.floor}: ${floor.toFixed(1)} ms`,
      measured: `${ours.toFixed(1)} ms, ${ratio.toFixed(2)}×`,
      budget: "≤ 1.5×",
      met: ratio <= 1.5,
    },
  ];
}

/** A fleet in a database of its own and in a Redis database of its own. */
async function openFleet(env: NodeJS.ProcessEnv, size: number, redisDatabase: number) {
  await using stack = new AsyncDisposableStack();
  const url = new URL(env["DATABASE_URL"] ?? "");
  const name = `bench_sweep_${size}`;
  const administer = new Client({ connectionString: url.href });
  administer.on("error", () => undefined);
  await administer.connect();
  stack.defer(() => administer.end());
  await administer.query(`create database ${name}`);
  stack.defer(async () => void (await administer.query(`drop database ${name} with (force)`)));
  url.pathname = name;
  await migrateDatabase(url.href);
  const redisUrl = new URL(env["REDIS_URL"] ?? "");
  redisUrl.pathname = String(redisDatabase);
  const settings = { ...env, DATABASE_URL: url.href, REDIS_URL: redisUrl.href };
  const { platform } = stack.use(await openPlatform(settings));
  const now = new Date();
  const ctx = jobCtx({ ...platform, now: () => now }, "bench");
  await fill(platform.db, size);
  await sweepAgents(ctx);
  const rows = await ctx.db.select({ id: agent.id }).from(agent).orderBy(agent.id).limit(SILENT);
  const silent = rows.map(({ id }) => id);

  /** All are there but these few, which beat long ago. */
  async function arrange() {
    const fallSilent = `redis.call('SET', KEYS[2], ARGV[1])
      for i = 3, #ARGV do redis.call('ZADD', KEYS[1], ARGV[2], ARGV[i]) end`;
    const ms = now.getTime();
    const args = [ms, ms - ctx.heartbeatTimeoutSeconds * 2_000, ...silent];
    await ctx.redis.eval(fallSilent, [redisKey("beats"), redisKey("newest")], args);
    const back = { status: "active" as const, seenAt: null };
    await platform.db.update(agent).set(back).where(eq(agent.status, "inactive"));
    await platform.db.execute("vacuum analyze agents.agent");
  }

  const owned = stack.move();
  return {
    async sweep() {
      await arrange();
      const startedAt = performance.now();
      await sweepAgents(ctx);
      const took = performance.now() - startedAt;
      const gone = await ctx.db.$count(agent, eq(agent.status, "inactive"));
      if (gone !== SILENT) throw new Error(`${gone} instead of ${SILENT} turned inactive`);
      return took;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function fill(db: Db, size: number) {
  const [createdAt, batch] = [new Date(), 5_000];
  for (let done = 0; done < size; done += batch) {
    const rows = Array.from({ length: Math.min(batch, size - done) }, () => {
      const id = newId<"agent">(createdAt);
      const row = { id, name: id, nameKey: id, queue: id, status: "active" as const, createdAt };
      return { ...row, location: {}, tags: [], capabilities: [] };
    });
    await db.insert(agent).values(rows);
  }
}
