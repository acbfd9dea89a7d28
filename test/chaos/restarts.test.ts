import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { reconcileBroker } from "@netcheck/agents/account";
import type { App } from "@netcheck/api/app";
import { jobCtx, type Platform } from "@netcheck/api/ctx-for";
import { type Netcheck, startNetcheck } from "@netcheck/local/netcheck";
import { openPlatform } from "@netcheck/local/platform";
import { systemAccessToken } from "@netcheck/local/prepare";
import { showProgress } from "@netcheck/local/progress";
import type { ServiceName } from "@netcheck/local/service";
import { hc } from "hono/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const stack = new AsyncDisposableStack();
let netcheck: Netcheck;
let platform: Platform;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  const home = await mkdtemp(join(tmpdir(), "netcheck-chaos-"));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const env = { ...process.env, AGENT_HEARTBEAT_INTERVAL_SEC: "1", LOG_LEVEL: "CRITICAL" };
  const progress = showProgress({ write: () => undefined });
  const { signal } = new AbortController();
  netcheck = await startNetcheck({ home, port: 0, agents: 2, env, progress, signal });
  stack.defer(() => netcheck.stop());
  ({ platform } = stack.use(await openPlatform(netcheck.env)));
  const { accessToken } = await systemAccessToken(netcheck.env);
  api = clientOf(netcheck.url, accessToken);
});
afterAll(() => stack.disposeAsync());

function clientOf(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  return hc<App>(url, { headers }).api.v1;
}

/** Tries until it does not throw, for as long as a person would wait. */
async function eventually<T>(work: () => Promise<T>, withinMs = 40_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw error;
      await pause(100);
    }
  }
}

/** One check that both agents answer. */
async function wholeCheck() {
  const { port } = new URL(netcheck.url);
  const json = {
    type: "tcp",
    target: "127.0.0.1",
    port: Number(port),
    options: { timeoutMs: 1_000 },
  } as const;
  const posted = await api.checks.$post({ json }, { init: { signal: AbortSignal.timeout(5_000) } });
  expect(posted.status).toBe(202);
  const { id } = await posted.json();
  const check = await eventually(async () => {
    const read = await (await api.checks[":id"].$get({ param: { id } })).json();
    expect(read.status).toBe("finished");
    return read;
  }, 15_000);
  expect(check).toMatchObject({ expected: 2, answered: 2, missing: [] });
}

async function agents() {
  const response = await api.agents.$get({ query: {} });
  expect(response.status).toBe(200);
  return (await response.json()).items;
}

/** Every agent has to open a session now, and gets its next secret there, whatever is down. */
async function rotateAll() {
  for (const { id } of await agents()) {
    expect((await api.agents[":id"].rotate.$post({ param: { id } })).status).toBe(200);
  }
  for (const pid of netcheck.pids().agents) if (pid !== null) process.kill(pid, "SIGKILL");
}

/** Without a word, as a machine does it; the next one is another process. */
async function kill(name: ServiceName) {
  const pid = netcheck.services.pids()[name];
  if (pid === null) throw new Error(`${name} does not run`);
  process.kill(pid, "SIGKILL");
  await eventually(() => {
    const next = netcheck.services.pids()[name];
    expect([pid, null]).not.toContain(next);
    return Promise.resolve();
  });
}

async function expectPeace() {
  await eventually(wholeCheck);
  await eventually(async () => {
    for (const { status, lastSeenAt, rotating } of await agents()) {
      expect({ status, rotating }).toEqual({ status: "active", rotating: false });
      expect(Date.now() - Date.parse(lastSeenAt ?? "")).toBeLessThan(5_000);
    }
  });
}

describe("while the agents' secrets are rotated", () => {
  it("[AGT-23] [AGT-16] NC-B-41 Redis is killed, and emptied", async () => {
    await rotateAll();
    await kill("redis");
    await expectPeace();
    await platform.redis.eval("redis.call('FLUSHALL')", [], []);
    await expectPeace();
  });

  it("[AGT-23] NC-B-41 Postgres is killed", async () => {
    await rotateAll();
    await kill("postgres");
    await expectPeace();
  });

  it("[AGT-23] NC-B-41 RabbitMQ is killed", async () => {
    await rotateAll();
    await kill("rabbitmq");
    await expectPeace();
  });

  it("[AGT-23] NC-B-40 NC-B-41 RabbitMQ is killed and comes back with nothing in it", async () => {
    await rotateAll();
    // The next start takes a broker that never was ready for a half-made one, and makes it anew.
    await rm(netcheck.services.home.file("rabbitmq", "was-ready"));
    await kill("rabbitmq");
    await eventually(() => reconcileBroker(jobCtx(platform, "chaos")));
    await expectPeace();
  });
});
