import { Settings } from "@netcheck/api/env";
import { Settings as WorkerSettings } from "@netcheck/worker/env";

/** Secrets, and what a deployment knows by itself. */
const NOT_GIVEN = new Set([
  "DATABASE_URL",
  "REDIS_URL",
  "AMQP_URL",
  "AMQP_MANAGEMENT_URL",
  "TOKEN_KEYS",
  "NEON_PROXY",
  "SQS_ENDPOINT",
  "SQS_QUEUE_PREFIX",
  "AWS_REGION",
  "AGENT_AMQP_URL",
  "PUBLIC_URL",
  "ALIVE_FILE",
  "METRICS_NAMESPACE",
]);

const settable = (names: string[]) => names.filter((name) => !NOT_GIVEN.has(name));

export const platformGiven = [...settable(Object.keys(Settings.shape)), "RMQ_WORKER_USER"];
export const workerGiven = settable(Object.keys(WorkerSettings.shape));

/** What an operator writes into `.env.<stage>`: every setting, and no two alike. */
export const GIVEN = Object.fromEntries(
  [...new Set([...platformGiven, ...workerGiven])].map((name) => [
    `NETCHECK_${name.replace(/^NETCHECK_/, "")}`,
    `given for ${name}`,
  ]),
);
