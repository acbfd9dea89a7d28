import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { rabbitAdmin } from "@netcheck/adapters/rabbit-admin";
import { createQueues, sqsQueue } from "@netcheck/adapters/sqs";
import { openSqs } from "@netcheck/adapters/sqs-client";
import { QUEUES } from "@netcheck/api/queues";
import { newId } from "@netcheck/kernel/id";
import { within } from "@netcheck/kernel/time";
import type { Channel, ConsumeMessage } from "amqplib";
import * as z from "zod";

import { type Account, freshVhost, newAccount } from "../support/vhost.ts";

const MAIN = fileURLToPath(new URL("../../packages/worker/src/main.ts", import.meta.url));

const Line = z.object({ message: z.string(), metric: z.string().optional() }).loose();
export type Line = z.output<typeof Line>;

/** Queues, virtual host and worker of one file; the worker's broker user has only what it needs. */
export async function workerWorld() {
  const endpoint = process.env["SQS_ENDPOINT"] ?? "";
  const prefix = `w${randomBytes(4).toString("hex")}-`;
  await createQueues({ endpoint, prefix }, QUEUES);
  const vhost = await freshVhost();
  const user = `worker-${prefix}user`;
  const password = randomBytes(8).toString("hex");
  await vhost.api.call("PUT", ["users", user], { password, tags: "" });
  await rabbitAdmin({ ...vhost, platformUser: user }).ensureTopology();
  const url = new URL(vhost.platformUrl);
  url.username = user;
  url.password = password;

  const options = { endpoint, prefix, region: "us-east-1" };
  const sqs = openSqs(options);
  const queue = sqsQueue(options);
  const workers: Worker[] = [];

  async function start(env: NodeJS.ProcessEnv = {}) {
    const worker = spawnWorker({
      AMQP_URL: url.href,
      SQS_ENDPOINT: endpoint,
      SQS_QUEUE_PREFIX: prefix,
      ...env,
    });
    workers.push(worker);
    await worker.ready;
    return worker;
  }

  return {
    vhost,
    queue,
    sqs,
    url: url.href,
    user,
    name: (queue: string) => `${prefix}${queue}`,
    start,

    /** Asks these agents; returns the id of the check. */
    async ask(agentIds: readonly string[], request: { ttlMs?: number; requestId?: string } = {}) {
      const message = requestMessage(agentIds, request);
      await queue.send("check-requests", [message]);
      return message.id;
    },

    /** Asks one agent so many things at once; returns the ids of the checks. */
    async askOften(agentId: string, count: number) {
      const messages = Array.from({ length: count }, () => requestMessage([agentId]));
      await queue.send("check-requests", messages);
      return messages.map(({ id }) => id);
    },

    /** Takes what lies in a queue of SQS until there are so many. */
    async take(name: string, wanted: number, timeoutMs = 15_000) {
      const bodies: Record<string, unknown>[] = [];
      const signal = AbortSignal.timeout(timeoutMs);
      while (bodies.length < wanted && !signal.aborted) {
        const messages = await sqs.receive(name, signal);
        await sqs.deleteBatch(name, messages);
        bodies.push(...messages.map(({ Body }) => JSON.parse(Body) as Record<string, unknown>));
      }
      return bodies;
    },

    /** Takes what was thrown out at the broker until there are so many. */
    async deadLetters(wanted: number) {
      const channel = await (await vhost.connect()).createChannel();
      const found: ConsumeMessage[] = [];
      const all = Promise.withResolvers<void>();
      const consume = channel.consume("agent_dead_letters", (message) => {
        if (!message) return;
        found.push(message);
        channel.ack(message);
        if (found.length === wanted) all.resolve();
      });
      await consume;
      await within(10_000, all.promise);
      await channel.close();
      return found;
    },

    async agent(): Promise<{ account: Account; channel: Channel }> {
      const account = newAccount();
      await vhost.admin.ensureAccount(account);
      const connection = await vhost.connectAs(account);
      return { account, channel: await connection.createChannel() };
    },

    async [Symbol.asyncDispose]() {
      for (const worker of workers) worker.child.kill("SIGKILL");
      await vhost.api.call("DELETE", ["users", user], undefined, [404]);
      await vhost[Symbol.asyncDispose]();
    },
  };
}

export type Worker = ReturnType<typeof spawnWorker>;

export function spawnWorker(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const lines: Line[] = [];
  const text = { stderr: "" };
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text.stderr += chunk;
    const whole = text.stderr.split("\n");
    text.stderr = whole.pop() ?? "";
    lines.push(...whole.flatMap((line) => lineOf(line)));
  });
  return {
    child,
    lines,
    ready: once(child, "message"),
    exited: once(child, "exit"),
    counted: (metric: string) => lines.filter((line) => line.metric === metric),
  };
}

function lineOf(line: string): Line[] {
  if (!line.startsWith("{")) return [{ message: line }];
  return [Line.parse(JSON.parse(line))];
}

export async function kill(child: ChildProcess) {
  child.kill("SIGKILL");
  await once(child, "exit");
}

function requestMessage(
  agentIds: readonly string[],
  { ttlMs = 60_000, requestId = newId(new Date()) }: { ttlMs?: number; requestId?: string } = {},
) {
  const at = new Date();
  const checkId = newId<"check">(at);
  const data = {
    checkId,
    type: "tcp",
    target: "127.0.0.1",
    port: 80,
    options: { timeoutMs: 1_000 },
    deadlineAt: new Date(at.getTime() + ttlMs).toISOString(),
    agentIds,
  };
  const id = newId<"event">(at);
  const actor = { type: "system", job: "test" };
  const body = { id, type: "check.requested", at: at.toISOString(), requestId, actor, data };
  return { id: checkId, body: JSON.stringify(body) };
}

/** An answer as an agent writes it. */
export function response(id: string) {
  const startedAt = new Date().toISOString();
  return { v: 1, id, status: "finished", startedAt, durationMs: 1.5, result: { timings: {} } };
}
