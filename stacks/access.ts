import { type Context, contexts } from "./contexts";
import { platformSettings } from "./given-settings";
import { queueOf } from "./queues";
import { secretArn } from "./secrets";
import { prefix, settings } from "./stage";

type Needs = { of: readonly Context[]; reads: readonly string[]; sends: readonly string[] };

/** What a function may read and send to, and the environment that tells it where they are. */
export function access({ of, reads, sends }: Needs) {
  const arns = Object.fromEntries(reads.map((name) => [`${name}_SECRET_ARN`, secretArn(name)]));
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

/** The secrets that contexts need beside those of everybody. */
export function ownSecrets(of: readonly Context[]) {
  return of.flatMap(({ secrets }) => secrets);
}

/** Everything that events and repairs may fill. */
export const everyQueueSent = sentBy(contexts);

/** The queues that contexts fill, by their events or by themselves. */
export function sentBy(of: readonly Context[]) {
  return [...new Set(of.flatMap(({ sends }) => sends))];
}

function reading(reads: readonly string[]) {
  return [{ actions: ["secretsmanager:GetSecretValue"], resources: reads.map(secretArn) }];
}

/** Batches are sent under the same name; queues are found by theirs. */
export function sending(sends: readonly string[]) {
  const resources = sends.map((name) => queueOf(name).live.arn);
  return sends.length > 0 ? [{ actions: ["sqs:SendMessage", "sqs:GetQueueUrl"], resources }] : [];
}
