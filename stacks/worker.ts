import { sending } from "./access";
import { carrier, pascal } from "./contexts";
import { workerSettings } from "./given-settings";
import { cluster } from "./network";
import { queueOf } from "./queues";
import { secretArn } from "./secrets";
import { logRetention, prefix, workers } from "./stage";

/** Longer than the worker's own ten seconds for what it has in hand. */
const STOP_SECONDS = 20;
const ALIVE_FILE = "/tmp/alive";

/** The bridge between SQS and the broker; any number may run, and each may be killed at any time. */
export const worker = new sst.aws.Service("Worker", {
  cluster,
  cpu: "0.25 vCPU",
  memory: "0.5 GB",
  architecture: "arm64",
  image: { context: ".", dockerfile: "packages/worker/Dockerfile" },
  scaling: { ...workers, cpuUtilization: 60, memoryUtilization: false },
  environment: {
    ...workerSettings,
    METRICS_NAMESPACE: "Netcheck",
    AWS_REGION: $app.providers?.aws?.region ?? "",
    SQS_QUEUE_PREFIX: prefix,
    ALIVE_FILE,
  },
  // A link would write the value itself into the task definition.
  ssm: { AMQP_URL: secretArn("AMQP_URL") },
  permissions: [
    {
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueUrl"],
      resources: carrier.takes.map((name) => queueOf(name).live.arn),
    },
    ...sending(carrier.fills),
  ],
  health: {
    command: ["CMD-SHELL", `find ${ALIVE_FILE} -mmin -1 | grep -q .`],
    interval: "30 seconds",
    timeout: "5 seconds",
    retries: 3,
    startPeriod: "60 seconds",
  },
  logging: { retention: logRetention },
  dev: { command: "node packages/worker/src/main.ts" },
  transform: {
    service: { enableExecuteCommand: false },
    taskRole: (args) => {
      args.inlinePolicies = $resolve(args.inlinePolicies ?? []).apply((policies) =>
        policies.map(({ policy, ...rest }) => ({ ...rest, policy: withoutShell(policy) })),
      );
    },
    // SST lets the execution role read every secret of the account.
    executionRole: (args) => {
      const statement = {
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: secretArn("AMQP_URL"),
      };
      const policy = $jsonStringify({ Version: "2012-10-17", Statement: [statement] });
      args.inlinePolicies = [{ name: "secrets", policy }];
    },
    taskDefinition: (args) => {
      args.containerDefinitions = $util.output(args.containerDefinitions).apply(harden);
    },
  },
});

const { autoScalingTarget } = worker.nodes;
for (const name of carrier.takes) {
  new aws.appautoscaling.Policy(`Worker${pascal(name)}Depth`, {
    serviceNamespace: autoScalingTarget.serviceNamespace,
    scalableDimension: autoScalingTarget.scalableDimension,
    resourceId: autoScalingTarget.resourceId,
    policyType: "TargetTrackingScaling",
    targetTrackingScalingPolicyConfiguration: {
      customizedMetricSpecification: {
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: [{ name: "QueueName", value: queueOf(name).live.nodes.queue.name }],
        statistic: "Average",
      },
      targetValue: 100,
      scaleOutCooldown: 60,
      scaleInCooldown: 300,
    },
  });
}

type Policy = { Statement: { Action: string | string[] }[] };

/** Nobody opens a shell in the worker, so it need not be able to. */
function withoutShell(policy: string | undefined) {
  const { Statement, ...rest } = JSON.parse(policy ?? '{"Statement":[]}') as Policy;
  const kept = Statement.filter(({ Action }) => ![Action].flat().join().startsWith("ssmmessages:"));
  return JSON.stringify({ ...rest, Statement: kept });
}

/** Room to end in order, no ports that nobody calls, and lines as they were written. */
function harden(definitions: string) {
  const containers = JSON.parse(definitions) as Record<string, unknown>[];
  return JSON.stringify(
    containers.map(({ portMappings: _ports, ...container }) => ({
      ...container,
      stopTimeout: STOP_SECONDS,
      pseudoTerminal: false,
    })),
  );
}
