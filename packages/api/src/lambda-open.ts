import { openNeon } from "@netcheck/adapters/neon";
import { openRedis } from "@netcheck/adapters/redis";
import { sqsQueue } from "@netcheck/adapters/sqs";
import { openTokens, type Tokens } from "@netcheck/identity/token";
import type { BrokerAdmin } from "@netcheck/kernel/broker";
import { setLogLevel } from "@netcheck/kernel/log";
import { publishMetrics } from "@netcheck/kernel/metrics";
import { readSettings } from "@netcheck/kernel/settings";
import { getConnInfo } from "hono/aws-lambda";
import * as z from "zod";

import { DatabaseDriver, Settings } from "./env.ts";
import { platformSettings } from "./platform-settings.ts";
import type { Platform } from "./platform.ts";

/** Each function is given the secrets it needs and no others. */
const LambdaSettings = Settings.partial({ TOKEN_KEYS: true, AMQP_MANAGEMENT_URL: true }).extend({
  AWS_LAMBDA_FUNCTION_NAME: z.string().default("lambda"),
  DATABASE_DRIVER: DatabaseDriver.default("neon"),
  /** Whom the worker connects to the broker as. */
  RMQ_WORKER_USER: z.string().optional(),
  METRICS_NAMESPACE: z.string().optional(),
});
type LambdaSettings = z.output<typeof LambdaSettings>;

/** Everything that a function's requests, messages or rounds touch. `env` has the secrets' values. */
export async function openPlatform(env: NodeJS.ProcessEnv) {
  const settings = readSettings(LambdaSettings, env);
  const { AWS_LAMBDA_FUNCTION_NAME: service, METRICS_NAMESPACE: namespace } = settings;
  setLogLevel(settings.LOG_LEVEL);
  publishMetrics(namespace ? { namespace, service } : undefined);
  const { db, close } = await openDatabase(settings);
  const { origin: url, password } = new URL(settings.REDIS_URL);
  const platform: Platform = {
    ...platformSettings(settings),
    db,
    redis: openRedis({ url, token: decodeURIComponent(password) }),
    queue: sqsQueue({
      endpoint: settings.SQS_ENDPOINT,
      region: settings.AWS_REGION,
      prefix: settings.SQS_QUEUE_PREFIX,
    }),
    now: () => new Date(),
    tokens: await tokensOf(settings),
    brokerAdmin: brokerOf(settings),
    isOneProcess: false,
    remoteAddress: (c) => getConnInfo(c).remote.address,
  };
  return { platform, close };
}

async function openDatabase({ DATABASE_URL: url, DATABASE_DRIVER, NEON_PROXY }: LambdaSettings) {
  if (DATABASE_DRIVER === "neon") return openNeon(url, { proxy: NEON_PROXY });
  const { openPostgres } = await import("@netcheck/adapters/postgres");
  return openPostgres(url, 1);
}

async function tokensOf(settings: LambdaSettings): Promise<Tokens> {
  const { TOKEN_KEYS: keys } = settings;
  const lifetimeSeconds = settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60;
  if (keys) return await openTokens({ keys, issuer: settings.PUBLIC_URL, lifetimeSeconds });
  const refuse = () => Promise.reject(withheld("TOKEN_KEYS"));
  const refuseNow = () => {
    throw withheld("TOKEN_KEYS");
  };
  return {
    sign: refuse,
    verify: refuse,
    sessionOf: refuse,
    csrfToken: refuseNow,
    isCsrfToken: refuseNow,
    jwks: { keys: [] },
    lifetimeSeconds,
  };
}

/** Loaded on the first use, as few requests have one. */
function brokerOf(settings: LambdaSettings): BrokerAdmin {
  let opening: Promise<BrokerAdmin> | undefined;
  const broker = () => (opening ??= openBroker(settings));
  return {
    ensureAccount: async (account) => (await broker()).ensureAccount(account),
    removeAccount: async (account) => (await broker()).removeAccount(account),
    reconcile: async (accounts) => (await broker()).reconcile(accounts),
  };
}

async function openBroker(settings: LambdaSettings): Promise<BrokerAdmin> {
  const { AMQP_MANAGEMENT_URL: managementUrl, RMQ_WORKER_USER: platformUser } = settings;
  if (!managementUrl) throw withheld("AMQP_MANAGEMENT_URL");
  const { rabbitAdmin } = await import("@netcheck/adapters/rabbit-admin");
  return rabbitAdmin({
    managementUrl,
    vhost: settings.RMQ_AGENTS_VHOST,
    requestExchange: settings.RMQ_REQUEST_EXCHANGE,
    responseExchange: settings.RMQ_RESPONSE_EXCHANGE,
    ...(platformUser && { platformUser }),
  });
}

function withheld(setting: string) {
  return new Error(`This function is not given ${setting}.`);
}
