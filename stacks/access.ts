import { platformSettings } from "./platform-settings";
import { queues, type QueueName } from "./queues";
import { type SecretSetting, secrets } from "./secrets";
import { prefix, settings } from "./stage";

/** What a function may read and send to, and the environment that tells it where they are. */
export function access({ reads, sends }: { reads: SecretSetting[]; sends: QueueName[] }) {
  const arns = Object.fromEntries(reads.map((name) => [`${name}_SECRET_ARN`, secrets[name].arn]));
  const environment = {
    ...arns,
    METRICS_NAMESPACE: "Netcheck",
    SQS_QUEUE_PREFIX: prefix,
    AGENT_AMQP_URL: settings.agentAmqpUrl,
    RMQ_WORKER_USER: "netcheck-worker",
    ...platformSettings,
  };
  return { environment, permissions: [...reading(reads), ...sending(sends)] };
}

function reading(reads: SecretSetting[]) {
  const resources = reads.map((name) => secrets[name].arn);
  return [{ actions: ["secretsmanager:GetSecretValue"], resources }];
}

/** Batches are sent under the same name; queues are found by theirs. */
export function sending(sends: QueueName[]) {
  const resources = sends.map((name) => queues[name].live.arn);
  return sends.length > 0 ? [{ actions: ["sqs:SendMessage", "sqs:GetQueueUrl"], resources }] : [];
}
