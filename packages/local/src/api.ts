import { serve } from "@hono/node-server";
import { pollQueue } from "@netcheck/adapters/sqs";
import { openConsumers } from "@netcheck/api/consumers";
import { wholeApp } from "@netcheck/api/whole-app";
import { log } from "@netcheck/kernel/log";
import { readSettings } from "@netcheck/kernel/settings";

import { Listen } from "./listen.ts";
import { openPlatform } from "./platform.ts";
import { runSchedules } from "./schedule-runner.ts";

/** The API process of one machine: the app, its consumers and its schedules, as Lambda has them. */
const { HOST: hostname, PORT: port } = readSettings(Listen, process.env);
const { platform, settings, ...opened } = await openPlatform(process.env);
const { SQS_ENDPOINT: endpoint, AWS_REGION: region, SQS_QUEUE_PREFIX: prefix } = settings;
const stopping = new AbortController();

const server = serve({ fetch: wholeApp(platform).fetch, hostname, port }, () => {
  log.info("listening", { hostname, port });
  process.send?.({ ready: true });
});
server.on("error", (error) => {
  log.error("cannot listen", { error, hostname, port });
  process.exit(1);
});

const consumers = await openConsumers(platform);
const background = [
  runSchedules(platform, stopping.signal),
  ...[...consumers].map(([queue, handler]) =>
    pollQueue({ queue, handler, endpoint, region, prefix, signal: stopping.signal }),
  ),
];

process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
process.once("disconnect", () => void stop());

async function stop() {
  stopping.abort();
  const closed = new Promise((resolve) => server.close(resolve));
  if ("closeIdleConnections" in server) server.closeIdleConnections();
  setTimeout(() => process.exit(1), 8_000).unref();
  await Promise.allSettled([closed, ...background]);
  await opened[Symbol.asyncDispose]();
  process.exit(0);
}
