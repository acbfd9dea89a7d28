import { createQueues } from "@netcheck/adapters/sqs";
import { reconcileBroker } from "@netcheck/agents/account";
import { jobCtx } from "@netcheck/api/ctx-for";
import { makeAllPartitions } from "@netcheck/api/partitions";
import { QUEUES } from "@netcheck/api/queues";
import { createFirstAdmin } from "@netcheck/identity/first-admin";
import { startNeonProxy } from "@netcheck/local/neon-proxy";
import { openPlatform } from "@netcheck/local/platform";
import { generateTokenKeys } from "@netcheck/local/prepare";
import { startRedisBridge } from "@netcheck/local/redis-bridge";
import { startSecrets } from "@netcheck/local/secrets-stand-in";

import { freshDatabase } from "./database.ts";
import { redisOfThisWorker } from "./redis.ts";
import { freshVhost } from "./vhost.ts";

export const ACCOUNT = { email: "admin@example.com", password: "correct horse battery staple" };

const SECRETS = {
  DATABASE_URL: "database-url",
  REDIS_URL: "redis-url",
  AMQP_MANAGEMENT_URL: "amqp-management-url",
  TOKEN_KEYS: "token-keys",
};

/** Where a secret of the stage `test` is, by the setting it becomes. */
const arnOf = (setting: keyof typeof SECRETS) =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:netcheck-test-${SECRETS[setting]}-AbCdEf`;

/** What functions find around them: a Neon edge, Upstash, SQS, Secrets Manager, a broker. */
export async function openCloud({ region = "us-east-1", prefix = "" } = {}) {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  const vhost = stack.use(await freshVhost());
  const { hostname, port } = new URL(database.url);
  const neon = await startNeonProxy({ host: hostname, port: Number(port) });
  stack.defer(() => neon.close());
  const redisUrl = redisOfThisWorker();
  const bridge = await startRedisBridge({ redisUrl });
  stack.defer(() => bridge.close());
  const TOKEN_KEYS = await generateTokenKeys();
  const redis = new URL(bridge.url);
  redis.username = "default";
  redis.password = bridge.token;
  const values = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.href,
    AMQP_MANAGEMENT_URL: vhost.managementUrl,
    TOKEN_KEYS,
  };
  const secrets = await startSecrets(
    Object.fromEntries(keysOf(values).map((name) => [arnOf(name), values[name]])),
  );
  stack.defer(() => secrets.close());

  const endpoint = process.env["SQS_ENDPOINT"] ?? "";
  const broker = new URL(vhost.platformUrl);
  const plain = {
    AWS_REGION: region,
    SQS_ENDPOINT: endpoint,
    SQS_QUEUE_PREFIX: prefix || `${vhost.vhost}-`,
    AGENT_AMQP_URL: `amqp://${broker.hostname}:${broker.port}`,
    RMQ_AGENTS_VHOST: vhost.vhost,
    AGENT_HEARTBEAT_INTERVAL_SEC: "1",
    PUBLIC_URL: "http://127.0.0.1",
    NETCHECK_ALLOW: "127.0.0.0/8,::1/128",
    LOG_LEVEL: "CRITICAL",
  };
  const queues = { endpoint, region: plain.AWS_REGION, prefix: plain.SQS_QUEUE_PREFIX };
  if (!prefix) await createQueues(queues, QUEUES);
  const { platform } = stack.use(await openPlatform({ ...plain, ...values, REDIS_URL: redisUrl }));
  const system = () => jobCtx(platform, "test");
  await platform.redis.eval("redis.call('FLUSHDB')", [], []);
  await makeAllPartitions(system());
  await reconcileBroker(system());
  await createFirstAdmin(system(), ACCOUNT);

  /** The environment of a function that is given these secrets. */
  const around = {
    ...plain,
    NEON_PROXY: neon.address,
    AWS_ACCESS_KEY_ID: "nobody",
    AWS_SECRET_ACCESS_KEY: "nobody",
    AWS_SESSION_TOKEN: "nobody",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
  };
  const envWith = (given: readonly (keyof typeof SECRETS)[]) => ({
    ...around,
    ...Object.fromEntries(given.map((name) => [`${name}_SECRET_ARN`, arnOf(name)])),
  });
  const owned = stack.move();
  return {
    platform,
    system,
    database,
    vhost,
    neon,
    secrets,
    queues,
    around,
    envWith,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function keysOf<T extends object>(record: T) {
  return Object.keys(record) as (keyof T)[];
}
