import { getConnInfo } from "@hono/node-server/conninfo";
import { rabbitAdmin } from "@netcheck/adapters/rabbit-admin";
import { openRedis } from "@netcheck/adapters/redis";
import { sqsQueue } from "@netcheck/adapters/sqs";
import { Settings } from "@netcheck/api/env";
import type { Platform } from "@netcheck/api/platform";
import { platformSettings } from "@netcheck/api/platform-settings";
import { openTokens } from "@netcheck/identity/token";
import { setLogLevel } from "@netcheck/kernel/log";
import { readSettings } from "@netcheck/kernel/settings";

import { openDatabase } from "./database.ts";
import { openRedisDirectly } from "./redis-direct.ts";

/** The platform of one machine: the deployed code over local services. */
export async function openPlatform(env: NodeJS.ProcessEnv) {
  const settings = readSettings(Settings, env);
  setLogLevel(settings.LOG_LEVEL);
  const database = await openDatabase(settings);
  const redis = await redisOf(settings.REDIS_URL);
  const platform: Platform = {
    ...platformSettings(settings),
    db: database.db,
    redis: redis.client,
    queue: sqsQueue({
      endpoint: settings.SQS_ENDPOINT,
      region: settings.AWS_REGION,
      prefix: settings.SQS_QUEUE_PREFIX,
    }),
    now: () => new Date(),
    tokens: await openTokens({
      keys: settings.TOKEN_KEYS,
      issuer: settings.PUBLIC_URL,
      lifetimeSeconds: settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
    }),
    isOneProcess: true,
    remoteAddress: (c) => getConnInfo(c).remote.address,
    brokerAdmin: rabbitAdmin({
      managementUrl: settings.AMQP_MANAGEMENT_URL,
      vhost: settings.RMQ_AGENTS_VHOST,
      requestExchange: settings.RMQ_REQUEST_EXCHANGE,
      responseExchange: settings.RMQ_RESPONSE_EXCHANGE,
    }),
  };
  const close = async () => {
    redis.close();
    await database.close();
  };
  return { platform, settings, [Symbol.asyncDispose]: close };
}

async function redisOf(url: string) {
  if (url.startsWith("redis:")) return await openRedisDirectly(url);
  const { password, origin } = new URL(url);
  const token = decodeURIComponent(password);
  return { client: openRedis({ url: origin, token }), close: () => undefined };
}
