import { type Context, contexts } from "./contexts";
import { platformSettings } from "./platform-settings";
import { queueOf } from "./queues";
import { type SecretSetting, secretOf, secrets } from "./secrets";
import { prefix, settings } from "./stage";

type Needs = { of: readonly Context[]; reads: readonly SecretSetting[]; sends: readonly string[] };

/** What a function may read and send to, and the environment that tells it where they are. */
export function access({ of, reads, sends }: Needs) {
  const arns = Object.fromEntries(reads.map((name) => [`${name}_SECRET_ARN`, secrets[name].arn]));
  const environment = {
    ...arns,
    CONTEXTS: of.map(({ name }) => name).join(),
    METRICS_NAMESPACE: "Netcheck",
    SQS_QUEUE_PREFIX: prefix,
    AGENT_AMQP_URL: settings.agentAmqpUrl,
    RMQ_WORKER_USER: "netcheck-worker",
    ...platformSettings(of),
  };
  return { environment, permissions: [...reading(reads), ...sending(sends)] };
}

/** Where the data is. */
export const DATA = ["DATABASE_URL", "REDIS_URL"] as const;

/** The secrets that a context needs beside those of everybody. */
export function ownSecrets(of: readonly Context[]) {
  return of.flatMap((context) => context.secrets).map(secretOf);
}

/** Everything that events and repairs may fill. */
export const everyQueueSent = [...new Set(contexts.flatMap(({ sends }) => sends))];

function reading(reads: readonly SecretSetting[]) {
  const resources = reads.map((name) => secrets[name].arn);
  return [{ actions: ["secretsmanager:GetSecretValue"], resources }];
}

/** Batches are sent under the same name; queues are found by theirs. */
export function sending(sends: readonly string[]) {
  const resources = sends.map((name) => queueOf(name).live.arn);
  return sends.length > 0 ? [{ actions: ["sqs:SendMessage", "sqs:GetQueueUrl"], resources }] : [];
}
