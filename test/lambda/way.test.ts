import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openClients, openSqs, standInUrl } from "@netcheck/adapters/sqs-client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";

import { graphOf } from "../infra/graph.ts";
import { ACCOUNT, openCloud } from "../support/cloud.ts";
import { faultsOf } from "../support/described.ts";
import { end } from "../support/way.ts";
import { startFront } from "./front.ts";
import { type RunningFunction, startFunction } from "./function.ts";
import { routesOf } from "./routes.ts";
import { startSource } from "./source.ts";

const REGION = "eu-central-1";
const PREFIX = "netcheck-test-";
const ROOT = join(import.meta.dirname, "../..");

const graph = graphOf("test");
const stack = new AsyncDisposableStack();
const functions = new Map<string, RunningFunction>();
let cloud: Awaited<ReturnType<typeof openCloud>>;
let front: Awaited<ReturnType<typeof startFront>>;
let target: { port: number };
let token = "";
let agentId = "";
/** The target answers once this is resolved. */
let answerable = Promise.resolve();

const named = (name: string) => {
  const found = functions.get(name);
  if (!found) throw new Error(`no function ${name}`);
  return found;
};

/** As people call a function or a queue: without the stage, and without what an ARN has before it. */
const short = (name: string) => name.replace(/^.*:/, "").replace(PREFIX, "");

/** A function of the graph with its own environment, moved to where its services are here. */
async function start(called: string, timeoutMs?: number, env: Record<string, string> = {}) {
  const declared = graph.functions().find(({ name }) => short(name) === called);
  const build = graph.builds.find(({ functionID }) => declared?.logical.startsWith(functionID));
  if (!declared || !build) throw new Error(`the graph has no ${called}`);
  const running = await startFunction({
    name: declared.name,
    folder: build.folder,
    handler: declared.handler,
    env: { ...declared.environment.variables, ...cloud.around, LOG_LEVEL: "INFO", ...env },
    timeoutMs: timeoutMs ?? declared.timeout * 1_000,
  });
  stack.use(running);
  functions.set(called, running);
  return running;
}

/** The queues of the graph, hidden for seconds instead of minutes. */
async function createQueues() {
  const { sdk, short } = await openClients(cloud.queues)();
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    await short.send(new sdk.CreateQueueCommand({ QueueName }));
    const QueueUrl = standInUrl(cloud.queues.endpoint, QueueName);
    await short.send(new sdk.SetQueueAttributesCommand({ QueueUrl, Attributes }));
  };
  const queues = graph.queues();
  for (const { name } of queues.filter(({ redrivePolicy }) => !redrivePolicy))
    await create(name, {});
  for (const { name, redrivePolicy } of queues) {
    if (!redrivePolicy) continue;
    const { maxReceiveCount, deadLetterTargetArn } = redrivePolicy;
    const dead = deadLetterTargetArn.split(":").at(-1);
    const deadHere = `arn:aws:sqs:${REGION}:000000000000:${dead}`;
    await create(name, {
      VisibilityTimeout: "1",
      RedrivePolicy: JSON.stringify({ maxReceiveCount, deadLetterTargetArn: deadHere }),
    });
  }
}

function run(program: string, args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [join(ROOT, program), ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  stack.defer(() => end(child, "SIGTERM"));
  return ready(child);
}

async function ready(child: ChildProcess) {
  const [first] = (await Promise.race([once(child, "message"), once(child, "exit")])) as unknown[];
  if (typeof first === "number" || first === null) throw new Error(`ended with ${first}`);
  return child;
}

const Json = z.record(z.string(), z.unknown());

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${front.url}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text.startsWith("{") ? Json.parse(JSON.parse(text)) : {};
  return { status: response.status, headers: response.headers, text, json };
}

beforeAll(async () => {
  cloud = stack.use(await openCloud({ region: REGION, prefix: PREFIX }));
  await createQueues();
  const routes = routesOf(graph);
  for (const fn of new Set(routes.all.map((route) => short(route.fn)))) await start(fn);
  front = stack.use(await startFront(routes, (fn) => named(short(fn))));
  for (const { eventSourceArn, functionName, functionResponseTypes } of graph.mappings()) {
    const [queue, fn] = [short(eventSourceArn), short(functionName)];
    await start(fn);
    const reportsFailures = functionResponseTypes[0] === "ReportBatchItemFailures";
    const functionOf = () => named(fn);
    stack.use(startSource({ ...cloud.queues, queue, functionOf, reportsFailures }));
  }
  const [container] = graph.containers();
  const declared = container?.environment.map(({ name, value }) => [name, value]) ?? [];
  const folder = await mkdtemp(join(tmpdir(), "netcheck-lambda-"));
  stack.defer(() => rm(folder, { recursive: true }));
  await run("packages/worker/src/main.ts", [], {
    ...(Object.fromEntries(declared) as Record<string, string>),
    ...cloud.around,
    ALIVE_FILE: join(folder, "alive"),
    AMQP_URL: cloud.vhost.platformUrl,
  });
  const login = await call("POST", "/api/v1/auth/login", ACCOUNT);
  token = String(login.json["accessToken"]);
  const agent = await call("POST", "/api/v1/agents", { name: "one" });
  const enrolment = String(agent.json["enrollmentToken"]);
  const state = join(folder, "one.json");
  await run(
    "packages/agent/src/main.ts",
    ["--url", front.url, "--token", enrolment, "--state", state],
    { NETCHECK_ALLOW: "127.0.0.0/8,::1/128", LOG_LEVEL: "WARNING" },
  );
  agentId = String(agent.json["id"]);

  const server = createServer((_request, response) => {
    void answerable.then(() => response.end("hello"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => void server.close());
  const address = server.address();
  target = { port: typeof address === "object" && address ? address.port : 0 };
}, 90_000);

afterAll(() => stack.disposeAsync());

async function finished(id: unknown) {
  const read = async () => (await call("GET", `/api/v1/checks/${String(id)}`)).json["status"];
  await expect.poll(read, { timeout: 30_000 }).toBe("finished");
  return (await call("GET", `/api/v1/checks/${String(id)}`)).json;
}

const check = () =>
  call("POST", "/api/v1/checks", {
    type: "tcp",
    target: "127.0.0.1",
    port: target.port,
    options: { timeoutMs: 20_000 },
  });

describe("the bundles, as they would be deployed", () => {
  it("carry a check from the request to the answer of the agent", async () => {
    const status = async () => (await call("GET", `/api/v1/agents/${agentId}`)).json["status"];
    await expect.poll(status, { timeout: 20_000 }).toBe("active");
    const posted = await check();
    expect(posted.status).toBe(202);
    expect(await finished(posted.json["id"])).toMatchObject({
      expected: 1,
      answered: 1,
      missing: [],
      results: [{ agent: { name: "one" }, status: "finished" }],
    });
  });

  it("end a poisoned message in the dead-letter queue, and go on with the others", async () => {
    const { sdk, short } = await openClients(cloud.queues)();
    const QueueUrl = standInUrl(cloud.queues.endpoint, `${PREFIX}agent-results`);
    await short.send(new sdk.SendMessageCommand({ QueueUrl, MessageBody: '{"kind":"poison"}' }));
    const posted = await check();
    expect(await finished(posted.json["id"])).toMatchObject({ answered: 1 });
    const sqs = openSqs(cloud.queues);
    const dead = async () =>
      (await sqs.receive("agent-results-dlq", AbortSignal.timeout(5_000))).map(({ Body }) => Body);
    await expect.poll(dead, { timeout: 30_000 }).toEqual(['{"kind":"poison"}']);
  });

  it("answer a bug with a bare 500, and write what it was into the log", async () => {
    const { db } = cloud.platform;
    await db.execute(sql`alter table agents.agent rename to hidden_agent`);
    const answer = await call("GET", "/api/v1/agents");
    await db.execute(sql`alter table agents.hidden_agent rename to agent`);
    expect(answer.status).toBe(500);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.json).toMatchObject({ title: "internal", detail: "Our fault." });
    expect(answer.text).not.toMatch(/relation|select|agents|at /);
    expect(named("http-agents").logs()).toContain('relation \\"agents.agent\\" does not exist');
    expect((await call("GET", "/api/v1/agents")).status).toBe(200);
  });

  it("store an answer after all when the function that held it ran out of time", async () => {
    const slow = await start("agent-results", 1_000);
    const { promise, resolve: answer } = Promise.withResolvers<void>();
    answerable = promise;
    const posted = await call("POST", "/api/v1/checks", {
      type: "http",
      target: `http://127.0.0.1:${target.port}/`,
      options: { timeoutMs: 30_000 },
    });
    expect(posted.status).toBe(202);
    const id = String(posted.json["id"]);
    await cloud.platform.db.transaction(async (tx) => {
      await tx.execute(sql`select 1 from checks.result where check_id = ${id} for update`);
      answer();
      await expect.poll(slow.timeouts, { timeout: 20_000 }).toBeGreaterThan(0);
    });
    expect(await finished(id)).toMatchObject({ answered: 1, missing: [] });
  });

  it("[KRN-3] [PLT-2] say that they are not ready as everything else is refused", async () => {
    const kept = named("http-identity");
    await start("http-identity", undefined, { PUBLIC_URL: "nowhere" });
    const response = await fetch(`${front.url}/api/v1/users/me`);
    functions.set("http-identity", kept);
    expect(response.status).toBe(503);
    expect(await faultsOf("GET", "/api/v1/users/me", response)).toEqual([]);
  });

  it("[PLT-2] [PLT-3] have the documentation beside them", async () => {
    const description = await call("GET", "/openapi.json");
    expect(description.json).toMatchObject({ openapi: "3.1.1", info: { title: "Netcheck" } });
    const [, program = ""] = /<script src="([^"]+)">/.exec((await call("GET", "/docs")).text) ?? [];
    const { status, headers, text } = await call("GET", program);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toContain("immutable");
    expect(text).toContain("createApiReference");
  });

  it("show no secret in what they log", async () => {
    const logs = [...functions.values()].map((fn) => fn.logs()).join("");
    for (const secret of [new URL(cloud.database.url).password, token])
      expect(logs).not.toContain(secret);
  });
});
