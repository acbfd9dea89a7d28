import { openNeon } from "@netcheck/adapters/neon";
import { openRedis } from "@netcheck/adapters/redis";
import type { BrokerAdmin } from "@netcheck/kernel/broker";
import { lazily } from "@netcheck/kernel/lazily";
import { setLogLevel } from "@netcheck/kernel/log";
import { publishMetrics } from "@netcheck/kernel/metrics";
import type { Queue } from "@netcheck/kernel/queue";
import { readSettings } from "@netcheck/kernel/settings";
import * as z from "zod";

import { ALL, type AnyContext } from "./contexts.ts";
import type { Platform } from "./ctx-for.ts";
import type { Docs, DocsFiles } from "./docs-files.ts";
import type { Base } from "./env.ts";
import { openSettings } from "./settings.ts";

/** Each function is given the secrets it needs and no others. */
const WITHHELD = ["TOKEN_KEYS", "AMQP_MANAGEMENT_URL"];

const Around = z.object({
  AWS_LAMBDA_FUNCTION_NAME: z.string().default("lambda"),
  /** Whom the worker connects to the broker as. */
  RMQ_WORKER_USER: z.string().optional(),
  METRICS_NAMESPACE: z.string().optional(),
});

/** Copied beside the bundle of the platform's own function by `stacks/`. */
const COPIED: DocsFiles = {
  documents: () =>
    ALL.toReversed().map(({ name }) => new URL(`openapi-${name}.json`, import.meta.url)),
  page: () => new URL("docs-page.txt", import.meta.url),
};

/** Everything that the requests, messages or rounds of these contexts touch. `env` has the secrets' values. */
export async function openPlatform(env: NodeJS.ProcessEnv, contexts: readonly AnyContext[]) {
  const around = readSettings(Around, env);
  const given = { DATABASE_DRIVER: "neon", ...env };
  const { settings, parts } = await openSettings(given, { contexts, withheld: WITHHELD });
  const { AWS_LAMBDA_FUNCTION_NAME: service, METRICS_NAMESPACE: namespace } = around;
  setLogLevel(settings.LOG_LEVEL);
  publishMetrics(namespace ? { namespace, service } : undefined);
  const { db, connectEarly, close } = await openDatabase(settings);
  const { origin: url, password } = new URL(settings.REDIS_URL);
  const platform: Platform = {
    ...parts,
    tokens: followed(parts.tokens, connectEarly),
    db,
    redis: openRedis({ url, token: decodeURIComponent(password) }),
    queue: queueOf(settings),
    now: () => new Date(),
    brokerAdmin: brokerOf(env, around.RMQ_WORKER_USER),
    docs: docsOf(COPIED),
    isOneProcess: false,
    trustedProxies: settings.TRUSTED_PROXIES,
    // Only who answers requests can tell.
    remoteAddress: () => undefined,
  };
  return { platform, close };
}

async function openDatabase({ DATABASE_URL: url, DATABASE_DRIVER, NEON_PROXY }: Base) {
  if (DATABASE_DRIVER === "neon") return openNeon(url, { proxy: NEON_PROXY });
  const { openPostgres } = await import("@netcheck/adapters/postgres");
  return { ...openPostgres(url, 1), connectEarly: () => undefined };
}

/** Who has a valid token will ask the database, which is connected while Redis is asked of the session. */
function followed(tokens: Platform["tokens"], then: () => void): Platform["tokens"] {
  const verify: typeof tokens.verify = async (...token) => {
    const claims = await tokens.verify(...token);
    then();
    return claims;
  };
  return { ...tokens, verify };
}

/** Loaded on the first use, as few requests have one. */
function queueOf(settings: Base): Queue {
  const { SQS_ENDPOINT: endpoint, AWS_REGION: region, SQS_QUEUE_PREFIX: prefix } = settings;
  const queue = lazily(async () => {
    const { sqsQueue } = await import("@netcheck/adapters/sqs");
    return sqsQueue({ endpoint, region, prefix });
  });
  return {
    prepare: () => void queue().then(({ prepare }) => prepare()),
    send: async (name, messages) => (await queue()).send(name, messages),
  };
}

/** The same, as few functions have one. */
function docsOf(files: DocsFiles): Docs {
  const docs = lazily(async () => (await import("./docs-files.ts")).openDocs(files));
  return {
    document: async () => (await docs()).document(),
    program: async () => (await docs()).program(),
  };
}

/** The same, as few requests have one. */
function brokerOf(env: NodeJS.ProcessEnv, platformUser: string | undefined): BrokerAdmin {
  const broker = lazily(async () => {
    const { openBrokerAdmin } = await import("./broker-admin.ts");
    return openBrokerAdmin(env, platformUser);
  });
  return {
    ensureAccount: async (account) => (await broker()).ensureAccount(account),
    removeAccount: async (account) => (await broker()).removeAccount(account),
    reconcile: async (accounts) => (await broker()).reconcile(accounts),
  };
}
