import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readCommand } from "@netcheck/agent/settings";
import { openSettings } from "@netcheck/api/settings";
import { newId } from "@netcheck/kernel/id";
import { log, setLogLevel } from "@netcheck/kernel/log";
import { counter } from "@netcheck/kernel/metric";
import { count, publishMetrics } from "@netcheck/kernel/metrics";
import { keysOf } from "@netcheck/kernel/redis-key";
import { readSettings } from "@netcheck/kernel/settings";
import { firstAdmin } from "@netcheck/local/first-admin";
import { Listen } from "@netcheck/local/listen";
import { openPlatform } from "@netcheck/local/platform";
import { Settings as WorkerSettings } from "@netcheck/worker/env";
import { serveMetrics } from "@netcheck/worker/metrics-page";
import { sql } from "drizzle-orm";
import { decodeJwt } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";

import { commonSettings, whole } from "./support/settings.ts";

/** A server that notes what it is asked and answers 200 to all of it. */
async function listener() {
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { authorization = "" } = request.headers;
      asked.push(
        `${request.method} ${decodeURIComponent(request.url ?? "")} ${authorization} ${body}`,
      );
      response.setHeader("content-type", "application/json");
      response.end(request.url === "/pipeline" ? '[{"result":null}]' : '{"Successful":[]}');
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, host, [Symbol.dispose]: () => void server.close() };
}

async function opened(env: NodeJS.ProcessEnv) {
  const platform = await openPlatform({ ...whole, LOG_LEVEL: "CRITICAL", ...env });
  return platform;
}

const claims = { personId: newId<"person">(new Date()), sessionId: newId<"session">(new Date()) };
const ensured = {
  agentId: newId<"agent">(new Date()),
  username: "agent.x",
  passwordHash: "h",
  queue: "agent.x.q",
};

async function tokenUnder(env: NodeJS.ProcessEnv) {
  await using open = await opened(env);
  return decodeJwt(await open.platform.tokens.sign(claims, new Date()));
}

/** What the platform asks the broker's management when it makes an account. */
async function managed(env: NodeJS.ProcessEnv) {
  using broker = await listener();
  await using open = await opened({ AMQP_MANAGEMENT_URL: `http://a:b@${broker.host}`, ...env });
  await open.platform.brokerAdmin.ensureAccount(ensured);
  return broker.asked.join("\n");
}

async function queued(env: NodeJS.ProcessEnv) {
  using sqs = await listener();
  await using open = await opened({ SQS_ENDPOINT: `http://${sqs.host}`, ...env });
  const messages = [{ id: "1", body: "{}" }];
  await open.platform.queue.send("agent-results", messages).catch(() => undefined);
  return sqs.asked.join("\n");
}

/** What a stand-in for Neon's edge hears of a query. */
async function dialled(env: NodeJS.ProcessEnv) {
  using edge = await listener();
  const DATABASE_URL = "postgres://me:x@db.test/mine";
  await using open = await opened({ DATABASE_URL, NEON_PROXY: edge.host, ...env });
  const asking = Promise.resolve(open.platform.db.execute(sql`select 1`));
  await expect(asking).rejects.toThrow();
  return edge.asked.join("\n");
}

/** Of what belongs to no context: a context's own are shown beside its `settings.ts`. */
const EFFECTS: Record<string, () => Promise<void> | void> = {
  LOG_LEVEL: async () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await using _quiet = await opened({ LOG_LEVEL: "ERROR" });
    log.info("dropped");
    expect(write).not.toHaveBeenCalled();
    log.error("kept");
    expect(write).toHaveBeenCalledOnce();
  },
  DATABASE_URL: async () => {
    const server = createServer((socket) => {
      socket.once("data", (hello) => socket.end(void said.push(hello.toString("latin1"))));
    }).listen(0, "127.0.0.1");
    const said: string[] = [];
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using open = await opened({ DATABASE_URL: `postgres://me:x@127.0.0.1:${port}/mine` });
    await expect(Promise.resolve(open.platform.db.execute(sql`select 1`))).rejects.toThrow();
    expect(said.join()).toContain("mine");
    server.close();
  },
  DATABASE_DRIVER: async () => {
    expect(await dialled({ DATABASE_DRIVER: "neon" })).toContain("GET /v2");
    expect(await dialled({ DATABASE_DRIVER: "pg" })).toBe("");
  },
  NEON_PROXY: async () => expect(await dialled({ DATABASE_DRIVER: "neon" })).toContain("GET /v2"),
  REDIS_URL: async () => {
    using redis = await listener();
    await using open = await opened({ REDIS_URL: `http://:secret@${redis.host}` });
    await open.platform.redis.get(keysOf("test")("x"));
    expect(redis.asked.join()).toContain("Bearer secret");
  },
  SQS_ENDPOINT: async () => expect(await queued({})).toContain("agent-results"),
  SQS_QUEUE_PREFIX: async () =>
    expect(await queued({ SQS_QUEUE_PREFIX: "blue-" })).toContain("blue-agent-results"),
  AWS_REGION: async () =>
    expect(await queued({ AWS_REGION: "eu-north-1" })).toContain("/eu-north-1/sqs/"),
  AMQP_MANAGEMENT_URL: async () => expect(await managed({})).toContain(btoa("a:b")),
  RMQ_AGENTS_VHOST: async () =>
    expect(await managed({ RMQ_AGENTS_VHOST: "mine" })).toContain("PUT /api/queues/mine/"),
  RMQ_REQUEST_EXCHANGE: async () =>
    expect(await managed({ RMQ_REQUEST_EXCHANGE: "out" })).toContain("/e/out/q/"),
  RMQ_RESPONSE_EXCHANGE: async () => {
    expect(await managed({ RMQ_RESPONSE_EXCHANGE: "back" })).toContain('"exchange":"back"');
    await using open = await opened({ RMQ_RESPONSE_EXCHANGE: "back" });
    expect(open.platform.agentBroker.responseExchange).toBe("back");
  },
  AMQP_URL: async () => {
    const greeted = Promise.withResolvers<string>();
    const broker = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (hello) => greeted.resolve(hello.toString("latin1")));
    }).listen(0, "127.0.0.1");
    await once(broker, "listening");
    const { port } = broker.address() as AddressInfo;
    const env = { ...whole, LOG_LEVEL: "CRITICAL", AMQP_URL: `amqp://127.0.0.1:${port}` };
    const worker = spawn(process.execPath, ["packages/worker/src/main.ts"], { env });
    expect(await greeted.promise).toContain("AMQP");
    const gone = once(worker, "exit");
    worker.kill("SIGKILL");
    await gone;
    broker.close();
  },
  ALIVE_FILE: async () => {
    const folder = await mkdtemp(join(tmpdir(), "netcheck-alive-"));
    const file = join(folder, "alive");
    const env = {
      ...whole,
      LOG_LEVEL: "CRITICAL",
      AMQP_URL: "amqp://127.0.0.1:1",
      ALIVE_FILE: file,
    };
    const worker = spawn(process.execPath, ["packages/worker/src/main.ts"], { env });
    const told = () => readFile(file, "utf8").catch(() => "");
    await expect.poll(told, { timeout: 10_000 }).toMatch(/^\d{4}-/);
    const gone = once(worker, "exit");
    worker.kill("SIGKILL");
    await gone;
    await rm(folder, { recursive: true });
  },
  METRICS_NAMESPACE: () => {
    const { METRICS_NAMESPACE: namespace = "" } = readSettings(WorkerSettings, {
      ...whole,
      METRICS_NAMESPACE: "Mine",
    });
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    setLogLevel("CRITICAL");
    publishMetrics({ namespace, service: "worker" });
    count(counter("settings.test", "Of this test.", {}), {});
    publishMetrics(undefined);
    expect(String(write.mock.lastCall?.[0])).toContain('"Namespace":"Mine"');
  },
  METRICS_PORT: async () => {
    const { METRICS_PORT: port = 0 } = readSettings(WorkerSettings, {
      ...whole,
      METRICS_PORT: "0",
    });
    using page = await shownAt({ host: "127.0.0.1", port });
    expect(page.address).toMatchObject({ address: "127.0.0.1" });
    expect(
      readSettings(WorkerSettings, { ...whole, METRICS_PORT: undefined }).METRICS_PORT,
    ).toBeUndefined();
  },
  METRICS_HOST: async () => {
    const { METRICS_HOST: host } = readSettings(WorkerSettings, {
      ...whole,
      METRICS_HOST: "0.0.0.0",
    });
    using page = await shownAt({ host, port: 0 });
    expect(page.address).toMatchObject({ address: "0.0.0.0" });
  },
  PUBLIC_URL: async () =>
    expect(await tokenUnder({ PUBLIC_URL: "https://n.example" })).toMatchObject({
      iss: "https://n.example",
    }),
  TRUSTED_PROXIES: async () => {
    await using open = await opened({ TRUSTED_PROXIES: "192.0.2.0/24" });
    expect(open.platform.trustedProxies).toHaveLength(1);
  },
  HOST: () => expect(readSettings(Listen, { HOST: "::1", PORT: "0" }).HOST).toBe("::1"),
  PORT: () => expect(readSettings(Listen, { PORT: "0" }).PORT).toBe(0),
  ADMIN_EMAIL: async () =>
    expect(await adminOf({ ADMIN_EMAIL: "a@b.example" })).toMatchObject({
      email: "a@b.example",
    }),
  ADMIN_PASSWORD: async () =>
    expect(await adminOf({ ADMIN_PASSWORD: "chosen" })).toMatchObject({ password: "chosen" }),
  NETCHECK_CONFIG: () =>
    expect(() => readCommand([], { NETCHECK_CONFIG: "/no/such" })).toThrow("/no/such"),
};

async function shownAt(at: { host: string; port: number }) {
  setLogLevel("CRITICAL");
  const server = await serveMetrics({ ...at, samples: () => [] });
  return { address: server.address(), [Symbol.dispose]: () => void server.close() };
}

async function adminOf(env: NodeJS.ProcessEnv) {
  const home = {
    hasSecret: () => false,
    secret: () => Promise.resolve("made"),
    forgetSecret: () => {},
  };
  return (await firstAdmin(home, env)).account;
}

/** To the agent's own start; what it does with each is shown beside its sources. */
const AGENT_EFFECTS: Record<string, [value: string, field: string, read: unknown]> = {
  NETCHECK_URL: ["https://n.example", "platformUrl", "https://n.example/api/v1"],
  NETCHECK_TOKEN: ["nce_x", "token", "nce_x"],
  NETCHECK_STATE: ["/s.json", "stateFile", "/s.json"],
  NETCHECK_CONCURRENCY: ["7", "concurrency", 7],
  NETCHECK_ALLOW: ["10.0.0.0/8,::1", "allow", { length: 2 }],
  NETCHECK_REGION: ["north", "region", "north"],
  NETCHECK_INSECURE: ["true", "insecure", true],
};

describe("every setting takes effect:", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    setLogLevel("CRITICAL");
  });

  it.each([...commonSettings])("%s", async (name) => {
    const agent = AGENT_EFFECTS[name];
    const effect = EFFECTS[name];
    expect(agent ?? effect, `a row that shows what ${name} does`).toBeDefined();
    if (agent) {
      const [value, field, read] = agent;
      const command = readCommand([], { NETCHECK_URL: "https://a", [name]: value });
      expect(command).toMatchObject({ kind: "run", settings: { [field]: read } });
    }
    await effect?.();
  });

  it("what a context makes of its own is what verbs see", async () => {
    const { parts } = await openSettings(whole);
    await using open = await opened({});
    expect(Object.keys(open.platform)).toEqual(expect.arrayContaining(Object.keys(parts)));
  });
});
