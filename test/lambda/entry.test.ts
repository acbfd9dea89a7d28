import { readFile } from "node:fs/promises";

import { agent } from "@netcheck/agents/agent.sql";
import { agents } from "@netcheck/agents/context";
import { ALL } from "@netcheck/api/contexts";
import { markDue } from "@netcheck/api/due-mark";
import type { handler as httpHandler } from "@netcheck/api/lambda";
import type * as consumerHandlers from "@netcheck/api/lambda-consumers";
import type * as scheduleHandlers from "@netcheck/api/lambda-schedules";
import { redisKey } from "@netcheck/api/redis-key";
import { minutely } from "@netcheck/api/schedule-round";
import { newId } from "@netcheck/kernel/id";
import { outbox } from "@netcheck/kernel/outbox.sql";
import type { Context, SQSEvent } from "aws-lambda";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ACCOUNT, openCloud } from "../support/cloud.ts";

type HttpEvent = Parameters<typeof httpHandler>[0];

const before = { ...process.env };
let cloud: Awaited<ReturnType<typeof openCloud>>;
let http: typeof httpHandler;
let consumers: typeof consumerHandlers;
let schedules: typeof scheduleHandlers;

beforeAll(async () => {
  cloud = await openCloud();
  const every = ["DATABASE_URL", "REDIS_URL", "AMQP_MANAGEMENT_URL", "TOKEN_KEYS"] as const;
  for (const setting of every) delete process.env[setting];
  Object.assign(process.env, cloud.envWith(every));
  process.env["CONTEXTS"] = ALL.map(({ name }) => name).join();
  http = (await import("@netcheck/api/lambda")).handler;
  delete process.env["TOKEN_KEYS_SECRET_ARN"];
  schedules = await import("@netcheck/api/lambda-schedules");
  delete process.env["AMQP_MANAGEMENT_URL_SECRET_ARN"];
  Object.assign(process.env, { CONTEXTS: "agents", QUEUE: "agent-heartbeats" });
  consumers = await import("@netcheck/api/lambda-consumers");
});
afterAll(async () => {
  Object.assign(process.env, before);
  await cloud[Symbol.asyncDispose]();
});

const fixture = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../fixtures/lambda/${name}.json`, import.meta.url), "utf8"));

async function call(method: string, path: string, more: { token?: string; body?: unknown } = {}) {
  const event = (await fixture("http-get")) as HttpEvent;
  const { pathname, search } = new URL(path, "https://x");
  Object.assign(event, { rawPath: pathname, rawQueryString: search.slice(1) });
  Object.assign(event.requestContext.http, { method, path: pathname });
  if (more.token) event.headers["authorization"] = `Bearer ${more.token}`;
  if (more.body !== undefined) {
    event.headers["content-type"] = "application/json";
    Object.assign(event, { body: Buffer.from(JSON.stringify(more.body)).toString("base64") });
    Object.assign(event, { isBase64Encoded: true });
  }
  const context = { awsRequestId: crypto.randomUUID() } as Context;
  const answer = await http(event, context);
  return { ...answer, json: answer.body ? (JSON.parse(answer.body) as unknown) : undefined };
}

const login = async () => {
  const { json } = await call("POST", "/api/v1/auth/login", { body: ACCOUNT });
  return (json as { accessToken: string }).accessToken;
};

async function batch(...bodies: unknown[]) {
  const { Records } = (await fixture("sqs")) as SQSEvent;
  const [record] = Records;
  if (!record) throw new Error("a record");
  return {
    Records: bodies.map((body, i) => ({
      ...record,
      messageId: `message-${i}`,
      body: typeof body === "string" ? body : JSON.stringify(body),
    })),
  };
}

describe("the HTTP function", () => {
  it("answers an event of payload format 2.0", async () => {
    const answer = await call("GET", "/health");
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(answer.json).toEqual({ status: "ok", serverTime: expect.any(String) });
    expect((await call("GET", "/ready")).json).toEqual({ status: "ready" });
  });

  it("reads a body that arrives in base64, and who signed in is known", async () => {
    const token = await login();
    expect((await call("GET", "/api/v1/users/me", { token })).json).toMatchObject({
      email: ACCOUNT.email,
      role: "admin",
    });
    expect((await call("GET", "/api/v1/users/me")).statusCode).toBe(401);
  });
});

describe("the consumers", () => {
  const beat = (agentId: string) => ({
    agentId,
    receivedAt: new Date().toISOString(),
    heartbeat: {
      v: 1,
      at: new Date().toISOString(),
      version: "1.2.3",
      load: 0.1,
      running: 0,
      capabilities: ["tcp"],
    },
  });

  it("say which messages of a batch failed and take the others", async () => {
    const created = await call("POST", "/api/v1/agents", {
      token: await login(),
      body: { name: "one" },
    });
    const { id } = created.json as { id: string };
    const event = await batch("not json", beat(id), { some: "thing else" });
    expect(await consumers.handler(event)).toEqual({
      batchItemFailures: [{ itemIdentifier: "message-0" }, { itemIdentifier: "message-2" }],
    });
    const [row] = await cloud.platform.db.select().from(agent);
    expect(row).toMatchObject({ id, status: "active", version: "1.2.3" });
    const again = await batch(beat(id));
    expect(await consumers.handler(again)).toEqual({ batchItemFailures: [] });
  });

  it("are not given the keys or the broker, and say so rather than act", async () => {
    const { lambdaPlatform } = await import("@netcheck/api/lambda-platform");
    const opened = await lambdaPlatform(cloud.envWith(["DATABASE_URL", "REDIS_URL"]), ALL)();
    const { tokens, brokerAdmin } = opened.platform;
    await expect(tokens.verify("x", new Date())).rejects.toThrow("not given TOKEN_KEYS");
    await expect(brokerAdmin.reconcile(async () => [])).rejects.toThrow("AMQP_MANAGEMENT_URL");
    await opened.close();
  });
});

describe("the database of a function", () => {
  it.each([
    ["pg", { DATABASE_DRIVER: "pg", NEON_PROXY: "127.0.0.1:1" }],
    ["neon, unless told otherwise", {}],
  ])("is asked over %s", async (_driver, more) => {
    const { lambdaPlatform } = await import("@netcheck/api/lambda-platform");
    const env = { ...cloud.envWith(["DATABASE_URL", "REDIS_URL"]), ...more };
    const opened = await lambdaPlatform(env, ALL)();
    const { db } = opened.platform;
    expect(await db.select().from(agent)).toEqual(await cloud.platform.db.select().from(agent));
    await opened.close();
  });

  it("is connected for whoever has a valid token, before it is asked", async () => {
    const connected = async () => {
      const rows = await cloud.platform.db
        .select({ pid: sql<number>`pid` })
        .from(sql`pg_stat_activity`)
        .where(sql`datname = current_database()`);
      return rows.map(({ pid }) => pid);
    };
    const { lambdaPlatform } = await import("@netcheck/api/lambda-platform");
    const env = cloud.envWith(["DATABASE_URL", "REDIS_URL", "TOKEN_KEYS"]);
    const opened = await lambdaPlatform(env, ALL)();
    const { tokens, now } = opened.platform;
    const before = new Set(await connected());
    const since = async () => (await connected()).filter((pid) => !before.has(pid)).length;
    const who = { personId: newId<"person">(now()), sessionId: newId<"session">(now()) };
    const token = await tokens.sign(who, now());
    await expect(tokens.verify(`${token}x`, now())).rejects.toThrow("not valid");
    expect(await since()).toBe(0);
    await tokens.verify(token, now());
    await expect.poll(since).toBe(1);
    await opened.close();
  });
});

describe("the schedules", () => {
  const left = () => cloud.platform.db.select().from(outbox);
  async function leave() {
    const at = new Date(Date.now() - 60_000);
    await cloud.platform.db.insert(outbox).values({
      id: newId<"event">(at),
      queue: "events-identity",
      type: "test.left",
      data: {},
      actor: { type: "nobody" },
      requestId: "request-of-test",
      delaySeconds: 0,
      createdAt: at,
    });
  }

  it("repair in the next minute what a request left behind", async () => {
    await leave();
    await call("POST", "/api/v1/auth/login", { body: ACCOUNT });
    await schedules.minutely();
    expect((await left()).every(({ sentAt }) => sentAt)).toBe(true);
  });

  it("[KRN-42] leave to another round what one has settled", async () => {
    const { platform } = cloud;
    await leave();
    await markDue(platform.redis, new Date(Date.now() - 120_000));
    await minutely(platform, agents.schedules);
    await schedules.minutely();
    expect((await left()).every(({ sentAt }) => sentAt)).toBe(true);
  });

  it("let a sleeping database sleep when nobody has written", async () => {
    await cloud.platform.redis.eval(
      "redis.call('DEL', KEYS[1])",
      [redisKey("schedules", "due")],
      [],
    );
    await leave();
    await schedules.minutely();
    expect((await left()).filter(({ sentAt }) => !sentAt)).toHaveLength(1);
    await schedules.daily();
    expect((await left()).filter(({ sentAt }) => !sentAt)).toHaveLength(0);
  });
});
