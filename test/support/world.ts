import { openRedis } from "@netcheck/adapters/redis";
import type { App } from "@netcheck/api/app";
import { jobCtx, type Platform } from "@netcheck/api/ctx-for";
import { openDocs } from "@netcheck/api/docs-files";
import { SOURCES } from "@netcheck/api/docs-sources";
import { makeAllPartitions } from "@netcheck/api/partitions";
import { openSettings } from "@netcheck/api/settings";
import { person } from "@netcheck/identity/identity.sql";
import { hashPassword } from "@netcheck/identity/password";
import { impersonate } from "@netcheck/identity/sign-in";
import { generateTokenKeys, openTokens } from "@netcheck/identity/token";
import { newId } from "@netcheck/kernel/id";
import type { Role } from "@netcheck/kernel/role";
import { startRedisBridge } from "@netcheck/local/redis-bridge";
import { parseAllowList } from "@netcheck/wire/address";
import { hc } from "hono/client";

import { brokerAdminTwin } from "./broker-admin-twin.ts";
import { freshDatabase } from "./database.ts";
import { describedApp } from "./described.ts";
import { useOpened } from "./opened.ts";
import { queueTwin } from "./queue-twin.ts";
import { redisOfThisWorker } from "./redis.ts";

export const PASSWORD = "correct horse battery staple";
const passwordHash = hashPassword(PASSWORD);

/** Where everything is, for settings that have no default; the world's own parts stand in their place. */
const NEEDED = {
  DATABASE_URL: "postgres://database.test/netcheck",
  REDIS_URL: "redis://redis.test",
  AMQP_MANAGEMENT_URL: "http://broker.test:15672",
  AGENT_AMQP_URL: "amqp://broker.test",
  PUBLIC_URL: "http://netcheck.test",
};

/** Everything real except the clock, the queue and the broker, which tests must be able to stop. */
export const useWorld = () => useOpened(openWorld);

async function openWorld() {
  const database = await freshDatabase();
  const bridge = await startRedisBridge({ redisUrl: redisOfThisWorker() });
  const redis = openRedis(bridge);
  await redis.eval("redis.call('FLUSHDB')", [], []);
  const queue = queueTwin();
  const brokerAdmin = brokerAdminTwin();
  const keys = await generateTokenKeys();
  let nowMs = Date.now();
  let address = "192.0.2.1";
  // What a context makes of its settings where nobody gives any.
  const { parts } = await openSettings({ ...NEEDED, TOKEN_KEYS: JSON.stringify(keys) });
  const platform: Platform = {
    ...parts,
    db: database.db,
    redis,
    queue,
    brokerAdmin,
    now: () => new Date(nowMs),
    tokens: await openTokens({
      keys,
      issuer: "http://netcheck.test",
      lifetimeSeconds: 900,
    }),
    origins: ["https://netcheck.test", "https://console.netcheck.test"],
    secureCookies: true,
    // Beside a socket there is no connection: a test says whose it is.
    remoteAddress: (c) => c.req.header("x-test-address") ?? address,
    trustedProxies: [],
    docs: openDocs(SOURCES),
    isOneProcess: true,
    agentBroker: {
      host: "broker.test",
      port: 5672,
      tls: false,
      vhost: "agents_vhost",
      responseExchange: "agent_responses",
    },
    targetAllow: parseAllowList("127.0.0.0/8"),
    checkQuotas: { person: 1_000, key: 500, address: 2_000, anonymous: 20, target: 1_000 },
  };
  const system = () => jobCtx(platform, "test");
  await makeAllPartitions(system());

  async function personWith(role: Role) {
    const createdAt = platform.now();
    const id = newId<"person">(createdAt);
    const email = `${role}-${id}@example.com`;
    const row = { id, email, passwordHash: await passwordHash, role, createdAt };
    await platform.db.insert(person).values(row);
    return { id, email };
  }

  async function tokenOf(role: Role) {
    const { email } = await personWith(role);
    return (await impersonate(system(), email)).accessToken;
  }

  return {
    platform,
    queue,
    brokerAdmin,
    bridge,
    databaseUrl: database.url,
    system,
    personWith,
    tokenOf,
    client: (token?: string) => clientOf(platform, token),
    /** For what the typed client does not speak: forms, cookies, what is malformed. */
    request: (path: string, init?: RequestInit) => describedApp(platform).request(path, init),
    /** Where every request comes from that does not say otherwise. */
    callFrom: (next: string) => {
      address = next;
    },
    /** Moves the one clock that verbs see. */
    advance: (ms: number) => {
      nowMs += ms;
    },
    emptyRedis: () => redis.eval("redis.call('FLUSHDB')", [], []),
    async [Symbol.asyncDispose]() {
      await bridge.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The typed client over the app itself, without a socket. */
function clientOf(platform: Platform, token?: string) {
  return hc<App>("http://netcheck.test", {
    fetch: describedApp(platform).request,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}
