import { keepConnected } from "@netcheck/adapters/rabbit";
import { sqsQueue } from "@netcheck/adapters/sqs";
import { openSqs } from "@netcheck/adapters/sqs-client";
import { log, setLogLevel } from "@netcheck/kernel/log";
import { publishMetrics } from "@netcheck/kernel/metrics";
import { readSettings } from "@netcheck/kernel/settings";

import { showAlive } from "./alive.ts";
import { Settings } from "./env.ts";
import { fanOut } from "./fan-out.ts";
import { intake } from "./intake.ts";
import { serveMetrics } from "./metrics-page.ts";
import { openStanding } from "./standing.ts";

const STOP_MS = 9_500;

/** The bridge between SQS and RabbitMQ. It holds no state: whatever it had in hand comes again. */
const settings = settingsOrExit();
setLogLevel(settings.LOG_LEVEL);
const { ALIVE_FILE: aliveFile, METRICS_NAMESPACE: namespace } = settings;
publishMetrics(namespace ? { namespace, service: "worker" } : undefined);
if (aliveFile) showAlive(aliveFile);

const sqsOptions = {
  region: settings.AWS_REGION,
  endpoint: settings.SQS_ENDPOINT,
  prefix: settings.SQS_QUEUE_PREFIX,
};
const stopping = new AbortController();
const { signal } = stopping;
const broker = { url: settings.AMQP_URL, vhost: settings.RMQ_AGENTS_VHOST, signal };
const sqs = openSqs(sqsOptions);
const awaited = new Set(["requests", "responses"]);

for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.once(event, () => stop(event));

const standing = openStanding();
const { METRICS_PORT: port, METRICS_HOST: host } = settings;
if (port !== undefined) await serveMetrics({ host, port, samples: standing.samples });

// Two connections: a broker that stops reading what is published still hands out results.
await Promise.all([
  keepConnected({
    ...broker,
    name: "worker requests",
    use: (link) => {
      standing.linked("requests", link.lost);
      const queue = sqsQueue(sqsOptions);
      const exchange = settings.RMQ_REQUEST_EXCHANGE;
      const onReady = () => ready("requests");
      return fanOut(link, { sqs, queue, exchange, standing, signal, onReady });
    },
  }),
  keepConnected({
    ...broker,
    name: "worker responses",
    use: (link) => {
      standing.linked("responses", link.lost);
      return intake(link, { sqs, standing, signal, onReady: () => ready("responses") });
    },
  }),
]);
log.info("stopped");
process.exit(0);

function ready(side: string) {
  log.info("consuming", { side });
  if (awaited.delete(side) && awaited.size === 0) process.send?.({ ready: true });
}

function stop(event: string) {
  log.info("stopping", { event });
  stopping.abort();
  setTimeout(() => {
    log.error("what was in hand took too long and is left to the next worker");
    process.exit(1);
  }, STOP_MS).unref();
}

function settingsOrExit() {
  try {
    return readSettings(Settings, process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}
