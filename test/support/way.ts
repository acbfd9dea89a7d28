import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { serve } from "@hono/node-server";
import { createQueues, pollQueue } from "@netcheck/adapters/sqs";
import { reconcileBroker } from "@netcheck/agents/account";
import type { App } from "@netcheck/api/app";
import { openConsumers } from "@netcheck/api/consumers";
import { jobCtx } from "@netcheck/api/ctx-for";
import { makeAllPartitions } from "@netcheck/api/partitions";
import { QUEUES } from "@netcheck/api/queues";
import { createFirstAdmin } from "@netcheck/identity/first-admin";
import { openPlatform } from "@netcheck/local/platform";
import { generateTokenKeys } from "@netcheck/local/prepare";
import { hc } from "hono/client";

import { freshDatabase } from "./database.ts";
import { describedApp } from "./described.ts";
import { useOpened } from "./opened.ts";
import { freshVhost } from "./vhost.ts";

const PROGRAMS = {
  worker: fileURLToPath(new URL("../../packages/worker/src/main.ts", import.meta.url)),
  agent: fileURLToPath(new URL("../../packages/agent/src/main.ts", import.meta.url)),
  foreignAgent: fileURLToPath(new URL("../fixtures/foreign-agent.mjs", import.meta.url)),
};

/** The whole way on real parts: API and consumers here, worker and agents as processes of their own. */
export const useWay = () => useOpened(openWay);

async function openWay() {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  const vhost = stack.use(await freshVhost());
  const folder = await mkdtemp(join(tmpdir(), "netcheck-way-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { hostname, port: amqpPort } = new URL(vhost.platformUrl);
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    SQS_QUEUE_PREFIX: `${vhost.vhost}-`,
    AMQP_URL: vhost.platformUrl,
    AGENT_AMQP_URL: `amqp://${hostname}:${amqpPort}`,
    RMQ_AGENTS_VHOST: vhost.vhost,
    AGENT_HEARTBEAT_INTERVAL_SEC: "1",
    TOKEN_KEYS: await generateTokenKeys(),
    PUBLIC_URL: url,
    NETCHECK_ALLOW: "127.0.0.0/8,::1/128",
    LOG_LEVEL: "WARNING",
  };
  const endpoint = process.env["SQS_ENDPOINT"] ?? "";
  const queues = { endpoint, region: "us-east-1", prefix: env.SQS_QUEUE_PREFIX };
  await createQueues(queues, QUEUES);
  const { platform } = stack.use(await openPlatform(env));
  const system = () => jobCtx(platform, "test");
  await makeAllPartitions(system());
  await reconcileBroker(system());
  const account = { email: "admin@example.com", password: "correct horse battery staple" };
  await createFirstAdmin(system(), account);

  const stopping = new AbortController();
  const polls = [...(await openConsumers(platform))].map(([queue, handler]) =>
    pollQueue({ ...queues, queue, handler, signal: stopping.signal }),
  );
  stack.defer(async () => {
    stopping.abort();
    await Promise.all(polls);
  });
  const server = serve({ fetch: describedApp(platform).fetch, hostname: "127.0.0.1", port });
  stack.defer(() => new Promise((resolve) => server.close(() => resolve())));

  const children = new Set<ChildProcess>();
  stack.defer(async () => {
    await Promise.all([...children].map((child) => end(child, "SIGTERM")));
  });

  const start = (program: keyof typeof PROGRAMS, args: string[] = []) =>
    launch([process.execPath, PROGRAMS[program], ...args]);

  /** Starts a program, perhaps as somebody else, and waits until it says that it is ready. */
  async function launch(
    [command = "", ...args]: readonly string[],
    options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
  ) {
    const child = spawn(command, args, {
      ...options,
      env: { ...env, ...options.env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => {
        throw new Error(`${[command, ...args].join(" ")} ended with ${code} before it was ready`);
      }),
    ]);
    return child;
  }

  const api = (token?: string) =>
    hc<App>(url, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }).api.v1;
  const login = await api().auth.login.$post({ json: account });
  const { accessToken } = await login.json();
  const admin = api(accessToken);

  async function createAgent(name: string) {
    const response = await admin.agents.$post({ json: { name } });
    return await response.json();
  }

  const owned = stack.move();
  return {
    url,
    platform,
    vhost,
    system,
    admin,
    api,
    start,
    launch,
    createAgent,
    startWorker: () => start("worker"),
    async startAgent(name: string) {
      const { id, enrollmentToken } = await createAgent(name);
      const state = join(folder, `${name}.json`);
      const args = ["--url", url, "--token", enrollmentToken, "--state", state];
      return { id, state, child: await start("agent", args) };
    },
    /** Polls a check until `done`, for 30 s at most. */
    async poll<T extends { status: string }>(
      read: () => Promise<T>,
      done: (value: T) => boolean = ({ status }) => status === "finished",
    ) {
      const until = Date.now() + 30_000;
      for (;;) {
        const value = await read();
        if (done(value)) return value;
        if (Date.now() > until) throw new Error(`not in 30 s: ${JSON.stringify(value)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Ends a child and waits until it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

async function freePort() {
  const probe = serve({ fetch: () => new Response(), hostname: "127.0.0.1", port: 0 });
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
