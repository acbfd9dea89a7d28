import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as z from "zod";

import { BuildInput, Chunk } from "./build-function.ts";

export const STAGES = ["dev", "test", "production"] as const;

export const graphFile = (called: string) =>
  join(import.meta.dirname, "../../.sst/evaluated", `${called}.json`);

const Graph = z.object({
  stage: z.string(),
  errors: z.array(z.string()),
  app: z.record(z.string(), z.unknown()),
  resources: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      inputs: z.record(z.string(), z.unknown()),
    }),
  ),
  kept: z.record(
    z.string(),
    z.object({ protect: z.boolean(), retain: z.boolean(), parent: z.string() }),
  ),
  builds: z.array(
    z.object({
      functionID: z.string(),
      input: BuildInput,
      handler: z.string(),
      folder: z.string(),
      chunks: z.array(Chunk),
    }),
  ),
});

/** What went wrong in an evaluation that was to fail. */
export function errorsOf(called: string) {
  const { errors } = Graph.pick({ errors: true }).parse(
    JSON.parse(readFileSync(graphFile(called), "utf8")),
  );
  return errors.join("\n");
}

/** What a stage declares, as the evaluation before these tests wrote it down. */
export function graphOf(stage: (typeof STAGES)[number]) {
  const graph = Graph.parse(JSON.parse(readFileSync(graphFile(stage), "utf8")));
  /** `logical` is the name in the program; the physical one may be cut short. */
  const all = <T extends object>(type: string, schema: z.ZodType<T>) =>
    graph.resources
      .filter((resource) => resource.type === type)
      .map(({ name, inputs }) => ({ logical: name, ...schema.parse(inputs) }));

  return {
    ...graph,
    all,
    functions: () => all("aws:lambda/function:Function", Lambda),
    queues: () => all("aws:sqs/queue:Queue", Queue),
    roles: () => all("aws:iam/role:Role", Role),
    schedules: () => all("aws:scheduler/schedule:Schedule", Schedule),
    mappings: () => all("aws:lambda/eventSourceMapping:EventSourceMapping", Mapping),
    alarms: () => all("aws:cloudwatch/metricAlarm:MetricAlarm", Alarm),
    logGroups: () => all("aws:cloudwatch/logGroup:LogGroup", LogGroup),
    containers: () =>
      all(
        "aws:ecs/taskDefinition:TaskDefinition",
        z.object({ containerDefinitions: json(Containers) }),
      ).flatMap(({ containerDefinitions }) => containerDefinitions),
  };
}

export type Graph = ReturnType<typeof graphOf>;

function json<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (typeof value === "string" ? JSON.parse(value) : value), schema);
}

const Lambda = z.looseObject({
  name: z.string(),
  handler: z.string(),
  role: z.string(),
  runtime: z.string(),
  architectures: z.array(z.string()),
  memorySize: z.number(),
  timeout: z.number(),
  loggingConfig: z.object({ logFormat: z.string(), logGroup: z.string() }),
  environment: z.object({ variables: z.record(z.string(), z.string()) }),
});

const Queue = z.looseObject({
  name: z.string(),
  visibilityTimeoutSeconds: z.number().optional(),
  messageRetentionSeconds: z.number().optional(),
  redrivePolicy: json(
    z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }),
  ).optional(),
});

const list = z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(z.string()));

export const Policy = json(
  z.object({
    Statement: z.array(
      z.object({
        Effect: z.string(),
        Action: list,
        Resource: list.optional(),
        Principal: z.record(z.string(), list).optional(),
        Condition: z.unknown().optional(),
      }),
    ),
  }),
);

const Role = z.looseObject({
  name: z.string(),
  assumeRolePolicy: Policy,
  inlinePolicies: z.array(z.object({ policy: Policy })).default([]),
  managedPolicyArns: z.array(z.string()).default([]),
});

const Schedule = z.looseObject({
  scheduleExpression: z.string(),
  scheduleExpressionTimezone: z.string(),
  state: z.string(),
  target: z.object({
    arn: z.string(),
    retryPolicy: z.object({
      maximumRetryAttempts: z.number(),
      maximumEventAgeInSeconds: z.number(),
    }),
    deadLetterConfig: z.object({ arn: z.string() }),
  }),
});

const Mapping = z.looseObject({
  batchSize: z.number(),
  maximumBatchingWindowInSeconds: z.number(),
  eventSourceArn: z.string(),
  functionName: z.string(),
  functionResponseTypes: z.array(z.string()),
  scalingConfig: z.object({ maximumConcurrency: z.number() }),
});

const Alarm = z.looseObject({
  metricName: z.string(),
  dimensions: z.record(z.string(), z.string()),
  alarmActions: z.array(z.string()),
  alarmDescription: z.string(),
  statistic: z.string(),
  threshold: z.number(),
  period: z.number(),
  evaluationPeriods: z.number(),
  treatMissingData: z.string(),
});

const LogGroup = z.looseObject({ name: z.string(), retentionInDays: z.number() });

const Containers = z.array(
  z.looseObject({
    environment: z.array(z.object({ name: z.string(), value: z.string() })),
    secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })),
    healthCheck: z.object({ command: z.array(z.string()), interval: z.number() }),
    stopTimeout: z.number(),
    logConfiguration: z.object({ options: z.record(z.string(), z.string()) }),
  }),
);
