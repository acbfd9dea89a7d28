import { api, http } from "./api";
import { consumers } from "./consumers";
import { cluster } from "./network";
import { queues } from "./queues";
import { rotations } from "./rotation";
import { missed, schedules } from "./schedules";
import { prefix, settings } from "./stage";
import { worker } from "./worker";

const topic = new aws.sns.Topic("Alarms", { name: `${prefix}alarms` });
if (settings.alarmEmail) {
  new aws.sns.TopicSubscription("AlarmsMail", {
    topic: topic.arn,
    protocol: "email",
    endpoint: settings.alarmEmail,
  });
}

type Watched = {
  metric: string;
  namespace: string;
  dimensions: Record<string, $util.Input<string>>;
  statistic: "Sum" | "Maximum" | "Average" | "Minimum";
  above: number;
  minutes: number;
  says: string;
  /** Silence is trouble too. */
  silence?: "breaching";
};

function alarm(name: string, watched: Watched) {
  return new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: `${prefix}${name}`,
    alarmDescription: watched.says,
    namespace: watched.namespace,
    metricName: watched.metric,
    dimensions: watched.dimensions,
    statistic: watched.statistic,
    comparisonOperator: "GreaterThanThreshold",
    threshold: watched.above,
    period: 60,
    evaluationPeriods: watched.minutes,
    treatMissingData: watched.silence ?? "notBreaching",
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  });
}

const depth = {
  metric: "ApproximateNumberOfMessagesVisible",
  namespace: "AWS/SQS",
  statistic: "Maximum",
} as const;

for (const { name, live, dead } of queues) {
  const dimensions = { QueueName: live.nodes.queue.name };
  alarm(`${name}-age`, {
    metric: "ApproximateAgeOfOldestMessage",
    namespace: "AWS/SQS",
    statistic: "Maximum",
    dimensions,
    above: name === "check-requests" ? 15 : 300,
    minutes: 3,
    says: `What waits in ${name} is old: its consumer is slow or gone.`,
  });
  alarm(`${name}-depth`, {
    ...depth,
    dimensions,
    above: 10_000,
    minutes: 5,
    says: `Much waits in ${name}.`,
  });
  alarm(`${name}-dlq`, {
    ...depth,
    dimensions: { QueueName: dead.nodes.queue.name },
    above: 0,
    minutes: 1,
    says: `A message of ${name} failed five times. Runbook: redriving a dead-letter queue.`,
  });
}
alarm("schedules-dlq", {
  ...depth,
  dimensions: { QueueName: missed.nodes.queue.name },
  above: 0,
  minutes: 1,
  says: "A schedule could not be started.",
});

const functions = [
  ...http.map(({ name, fn }) => ({ name, physical: fn.name })),
  ...[...consumers, ...schedules].map(({ name, fn }) => ({ name, physical: fn.name })),
  { name: "rotate-token-keys", physical: rotations.tokenKeys.name },
  { name: "rotate-broker-admin", physical: rotations.brokerAdmin.name },
];
for (const { name, physical: FunctionName } of functions) {
  for (const metric of ["Errors", "Throttles"]) {
    alarm(`${name}-${metric.toLowerCase()}`, {
      metric,
      namespace: "AWS/Lambda",
      statistic: "Sum",
      dimensions: { FunctionName },
      above: 0,
      minutes: /^(daily|rotate)/.test(name) ? 1 : 3,
      says: `The function ${name}: ${metric.toLowerCase()}.`,
    });
  }
}

alarm("http-5xx", {
  metric: "5xx",
  namespace: "AWS/ApiGateway",
  statistic: "Sum",
  dimensions: { ApiId: api.nodes.api.id },
  above: 5,
  minutes: 3,
  says: "The API answers with errors of ours.",
});

/** It is on in every minute in which a task runs, so that none is silence. */
alarm("worker-gone", {
  metric: "CPUUtilization",
  namespace: "AWS/ECS",
  statistic: "Maximum",
  dimensions: {
    ClusterName: cluster.nodes.cluster.name,
    ServiceName: worker.nodes.service.name,
  },
  above: 95,
  minutes: 5,
  says: "No worker runs, or it has no processor time left.",
  silence: "breaching",
});

const sweeping = schedules.find(
  ({ handler, of }) => handler === "minutely" && of.some(({ name }) => name === "agents"),
);
alarm("platform-blind", {
  metric: "agents.platform_blind",
  namespace: "Netcheck",
  statistic: "Sum",
  dimensions: { service: sweeping?.fn.name ?? "" },
  above: 0,
  minutes: 3,
  says: "No agent has been heard of for a whole timeout: it is the platform that hears nothing.",
});

const region = aws.getRegionOutput().region;

function graph(title: string, metrics: unknown[][], place: { x: number; y: number }) {
  return {
    type: "metric",
    width: 12,
    height: 6,
    ...place,
    properties: { title, metrics, region, period: 60, view: "timeSeries" },
  };
}

const queueLines = (metric: string) =>
  queues.map(({ live }) => ["AWS/SQS", metric, "QueueName", live.nodes.queue.name]);
const functionLines = (metric: string, stat: string) =>
  functions.map(({ physical }) => ["AWS/Lambda", metric, "FunctionName", physical, { stat }]);

export const dashboard = new aws.cloudwatch.Dashboard("Dashboard", {
  dashboardName: `${prefix}overview`,
  dashboardBody: $jsonStringify({
    widgets: [
      graph("Waiting", queueLines(depth.metric), { x: 0, y: 0 }),
      graph("Oldest, seconds", queueLines("ApproximateAgeOfOldestMessage"), { x: 12, y: 0 }),
      graph("Function errors", functionLines("Errors", "Sum"), { x: 0, y: 6 }),
      graph("Function time, p95 ms", functionLines("Duration", "p95"), { x: 12, y: 6 }),
      graph(
        "API answers",
        ["Count", "4xx", "5xx"].map((metric) => [
          "AWS/ApiGateway",
          metric,
          "ApiId",
          api.nodes.api.id,
          { stat: "Sum" },
        ]),
        { x: 0, y: 12 },
      ),
      graph(
        "Worker CPU and memory, %",
        ["CPUUtilization", "MemoryUtilization"].map((metric) => [
          "AWS/ECS",
          metric,
          "ClusterName",
          cluster.nodes.cluster.name,
          "ServiceName",
          worker.nodes.service.name,
        ]),
        { x: 12, y: 12 },
      ),
    ],
  }),
});
