import { getConnInfo } from "@hono/node-server/conninfo";
import { openRedis } from "@netcheck/adapters/redis";
import { sqsQueue } from "@netcheck/adapters/sqs";
import { openBrokerAdmin } from "@netcheck/api/broker-admin";
import type { Platform } from "@netcheck/api/ctx-for";
import { openDocs } from "@netcheck/api/docs-files";
import { SOURCES } from "@netcheck/api/docs-sources";
import { openSettings } from "@netcheck/api/settings";
import { setLogLevel } from "@netcheck/kernel/log";

import { openDatabase } from "./database.ts";
import { openRedisDirectly } from "./redis-direct.ts";

/** The platform of one machine: the deployed code over local services. */
export async function openPlatform(env: NodeJS.ProcessEnv) {
  const { settings, parts } = await openSettings(env);
  setLogLevel(settings.LOG_LEVEL);
  const database = await openDatabase(settings);
  const redis = await redisOf(settings.REDIS_URL);
  const platform: Platform = {
    ...parts,
    db: database.db,
    redis: redis.client,
    queue: sqsQueue({
      endpoint: settings.SQS_ENDPOINT,
      region: settings.AWS_REGION,
      prefix: settings.SQS_QUEUE_PREFIX,
    }),
    now: () => new Date(),
    docs: openDocs(SOURCES),
    isOneProcess: true,
    trustedProxies: settings.TRUSTED_PROXIES,
    remoteAddress: (c) => getConnInfo(c).remote.address,
    brokerAdmin: await openBrokerAdmin(env),
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
