import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { check, result } from "@netcheck/checks/check.sql";
import { idSchema, newId } from "@netcheck/kernel/id";
import type { Netcheck } from "@netcheck/local/netcheck";
import { openPlatform } from "@netcheck/local/platform";
import { enrolLocalAgents } from "@netcheck/local/prepare";
import { CheckResponse } from "@netcheck/wire/message";
import { AgentSession } from "@netcheck/wire/registration";
import { type ConfirmChannel, connect } from "amqplib";
import { and, inArray, isNotNull } from "drizzle-orm";
import { Client } from "pg";

import { cpuMs } from "../support/agent-stand.ts";
import { BARE_INTAKE, bareSqs } from "./bare-way.ts";
import type { Row } from "./table.ts";

const HOP = fileURLToPath(new URL("./bare-intake.ts", import.meta.url));
const GOLDEN = new URL("../fixtures/wire/http-finished.json", import.meta.url);
const WARM = 1_000;
const BLOCK = 1_000;
const BLOCKS = 4;
const POLL_MS = 20;
const LIMIT_MS = 60_000;

/** Puts so many results at the broker, and waits until each is in its row. */
type Intake = { pids: readonly number[]; take: (results: number) => Promise<void> };

/** CPU per result in worker and consumer, from the broker's queue to the row, beside the bare loop. */
export async function measureIngestion(netcheck: Netcheck): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const golden = CheckResponse.parse(JSON.parse(await readFile(GOLDEN, "utf8")));
  const ours = stack.use(await openOurs(netcheck, golden));
  const floor = stack.use(await openBare(netcheck.env, golden));
  for (const intake of [floor, ours]) await block(intake, WARM);
  const spent = { ours: 0, floor: 0, oursMs: 0, floorMs: 0 };
  for (let i = 0; i < BLOCKS; i++) {
    const [bare, own] = [await block(floor, BLOCK), await block(ours, BLOCK)];
    spent.floor += bare.cpuMs / BLOCKS;
    spent.floorMs += bare.tookMs / BLOCKS;
    spent.ours += own.cpuMs / BLOCKS;
    spent.oursMs += own.tookMs / BLOCKS;
  }
  const ratio = spent.ours / spent.floor;
  const rate = (ms: number) => `${((BLOCK / ms) * 1_000).toFixed(0)}/s`;
  return [
    {
      what: "ingestion, CPU per result in worker and consumer",
      floor: `bare loop ${(spent.floor / BLOCK).toFixed(2)} ms, ${rate(spent.floorMs)}`,
      measured: `${(spent.ours / BLOCK).toFixed(2)} ms, ${ratio.toFixed(2)}×, ${rate(spent.oursMs)}`,
      budget: "≤ 1.5×",
      met: ratio <= 1.5,
    },
  ];
}

async function block({ pids, take }: Intake, results: number) {
  const cpu = () => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const [before, startedAt] = [cpu(), performance.now()];
  await take(results);
  return { cpuMs: cpu() - before, tookMs: performance.now() - startedAt };
}

/** The worker and the API process of a running Netcheck, and an agent's own broker account. */
async function openOurs({ url, env, pids }: Netcheck, golden: CheckResponse) {
  await using stack = new AsyncDisposableStack();
  const { platform } = stack.use(await openPlatform(env));
  const { db } = platform;
  const { agentId, broker } = await register(url, env);
  const agent = idSchema<"agent">().parse(agentId);
  const { host: hostname, port, username, password } = broker;
  const vhost = encodeURIComponent(broker.vhost);
  const connection = await connect({ hostname, port, username, password, vhost });
  stack.defer(() => connection.close());
  const channel = await connection.createConfirmChannel();
  const { api, worker } = pids();
  if (api === null || worker === null) throw new Error("API or worker is down.");

  async function makeRows(count: number) {
    const now = new Date();
    const ids = newIds(count);
    const asked = { type: "http" as const, target: "www.example.com", options: {}, expected: 1 };
    const createdBy = { type: "system" as const, job: "bench" };
    const deadlineAt = new Date(now.getTime() + LIMIT_MS);
    const rest = { ...asked, truncated: false, createdBy, createdAt: now, deadlineAt };
    await db.insert(check).values(ids.map((id) => ({ id, ...rest })));
    const snapshot = { id: agent, name: "bench", location: {}, tags: [] };
    await db
      .insert(result)
      .values(ids.map((checkId) => ({ checkId, agentId: agent, agent: snapshot })));
    return ids;
  }

  const owned = stack.move();
  return {
    pids: [api, worker],
    async take(results: number) {
      const ids = await makeRows(results);
      const filled = and(isNotNull(result.receivedAt), inArray(result.checkId, ids));
      for (const id of ids)
        publish(channel, broker.responseExchange, `result.${agentId}`, { ...golden, id }, username);
      await channel.waitForConfirms();
      await until(async () => (await db.$count(result, filled)) === results);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  } satisfies Intake & AsyncDisposable;
}

async function register(url: string, env: NodeJS.ProcessEnv) {
  const name = "bench-ingestion";
  const { [name]: token } = await enrolLocalAgents(env, [name]);
  const body = { token, hostname: name, version: "0", capabilities: [] };
  const response = await fetch(`${url}/api/v1/agents/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return AgentSession.parse(await response.json());
}

async function openBare(env: NodeJS.ProcessEnv, golden: CheckResponse) {
  await using stack = new AsyncDisposableStack();
  const sqs = bareSqs(env["SQS_ENDPOINT"] ?? "");
  stack.defer(() => sqs.destroy());
  await sqs.send(new CreateQueueCommand({ QueueName: BARE_INTAKE }));
  const db = new Client({ connectionString: env["DATABASE_URL"] });
  db.on("error", () => undefined);
  await db.connect();
  stack.defer(() => db.end());
  await db.query("create table if not exists bare_intake (id uuid primary key, result json)");
  const hops = ["carry", "store"].map((role) => {
    const hop = fork(HOP, [role], { env: { ...process.env, ...env } });
    stack.defer(() => void hop.kill());
    return hop;
  });
  await Promise.all(hops.map((hop) => once(hop, "message")));
  const connection = await connect(env["AMQP_URL"] ?? "");
  stack.defer(() => connection.close());
  const channel = await connection.createConfirmChannel();

  const owned = stack.move();
  return {
    pids: hops.map(({ pid = 0 }) => pid),
    async take(results: number) {
      const ids = newIds(results);
      await db.query("insert into bare_intake (id) select unnest($1::uuid[])", [ids]);
      for (const id of ids) publish(channel, "", BARE_INTAKE, { ...golden, id });
      await channel.waitForConfirms();
      const filled =
        "select count(*)::int from bare_intake where result is not null and id = any($1)";
      await until(async () => (await db.query(filled, [ids])).rows[0]?.count === results);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  } satisfies Intake & AsyncDisposable;
}

function newIds(count: number) {
  return Array.from({ length: count }, () => newId<"check">(new Date()));
}

function publish(
  channel: ConfirmChannel,
  exchange: string,
  key: string,
  message: CheckResponse,
  userId?: string,
) {
  channel.publish(exchange, key, Buffer.from(JSON.stringify(message)), {
    persistent: true,
    contentType: "application/json",
    ...(userId !== undefined && { userId }),
  });
}

async function until(done: () => Promise<boolean>) {
  const signal = AbortSignal.timeout(LIMIT_MS);
  while (!(await done())) {
    signal.throwIfAborted();
    await pause(POLL_MS);
  }
}
