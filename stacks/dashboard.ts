import { api } from "./api";
import { functions } from "./functions";
import { cluster } from "./network";
import { queues } from "./queues";
import { prefix } from "./stage";
import { worker } from "./worker";

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
  functions.map(({ fn }) => ["AWS/Lambda", metric, "FunctionName", fn.name, { stat }]);

export const dashboard = new aws.cloudwatch.Dashboard("Dashboard", {
  dashboardName: `${prefix}overview`,
  dashboardBody: $jsonStringify({
    widgets: [
      graph("Waiting", queueLines("ApproximateNumberOfMessagesVisible"), { x: 0, y: 0 }),
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
