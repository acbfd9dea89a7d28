import { alarm } from "./alarm";
import { api } from "./api";
import { health, ready } from "./canaries";
import { missed } from "./clock";
import { carrier } from "./contexts";
import { functions } from "./functions";
import { cluster } from "./network";
import { queues } from "./queues";
import { schedules } from "./schedules";
import { worker } from "./worker";

const depth = {
  metric: "ApproximateNumberOfMessagesVisible",
  namespace: "AWS/SQS",
  statistic: "Maximum",
} as const;

/** Somebody waits for what agents are asked. */
const mostAge = (name: string) => (carrier.takes.includes(name) ? 15 : 300);

for (const { name, live, dead } of queues) {
  const dimensions = { QueueName: live.nodes.queue.name };
  alarm(`${name}-age`, {
    metric: "ApproximateAgeOfOldestMessage",
    namespace: "AWS/SQS",
    statistic: "Maximum",
    dimensions,
    above: mostAge(name),
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

for (const { name, fn } of functions) {
  for (const metric of ["Errors", "Throttles"]) {
    alarm(`${name}-${metric.toLowerCase()}`, {
      metric,
      namespace: "AWS/Lambda",
      statistic: "Sum",
      dimensions: { FunctionName: fn.name },
      above: 0,
      minutes: /^(daily|rotate)/.test(name) ? 1 : 3,
      says: `The function ${name}: ${metric.toLowerCase()}.`,
    });
  }
}

const unanswered = (canary: typeof health) =>
  ({
    metric: "Errors",
    namespace: "AWS/Lambda",
    statistic: "Maximum",
    dimensions: { FunctionName: canary.fn.name },
    above: 0,
    everyMinutes: 5,
  }) as const;

/** It is asked in every five minutes, so that none is silence. */
alarm("canary-health-errors", {
  ...unanswered(health),
  minutes: 10,
  says: "The stage does not answer from outside.",
  silence: "breaching",
});
/** On until it is asked again. */
alarm("canary-ready-errors", {
  ...unanswered(ready),
  minutes: 5,
  says: "The stage answers, but is not ready: /ready says what is silent.",
  silence: "ignore",
});

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
