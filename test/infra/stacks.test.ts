import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { ALL } from "@netcheck/api/contexts";
import { QUEUES } from "@netcheck/api/queues";
import { describe, expect, it } from "vitest";
import * as z from "zod";

import { envTypes } from "./env-types.ts";
import { baseGiven, GIVEN_TO, platformGiven, workerGiven } from "./given.ts";
import { graphOf, STAGES } from "./graph.ts";
import { ACTIONS, type Action, isAllowed } from "./iam.ts";
import { ACCOUNT, REGION, secretArn as arnOfSecret } from "./mocks.ts";
import { isScheduleExpression } from "./schedule-expression.ts";

const LIVE = QUEUES.map(({ name }) => name);
const HTTP = ALL.map(({ name }) => `http-${name}`);
const ROUNDS = ["minutely", "daily", "minutely-agents", "daily-agents"];
const CANARIES = ["canary-health", "canary-ready"];
const FUNCTIONS = [
  ...CANARIES,
  ...HTTP,
  ...LIVE.filter((name) => name !== "check-requests"),
  ...ROUNDS,
  "rotate-token-keys",
  "rotate-broker-admin",
];

describe.each(STAGES)("the stage %s", (stage) => {
  const graph = graphOf(stage);
  const prefix = `netcheck-${stage}-`;
  const queueArn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${prefix}${name}`;
  const secretArn = (name: string) => arnOfSecret(`${prefix}${name}`);

  const fnOf = (called: string) => {
    const found = graph.functions().find(({ name }) => name === `${prefix}${called}`);
    if (!found) throw new Error(`There is no function ${called}.`);
    return found;
  };

  it("is evaluated without an error", () => {
    expect(graph.errors).toEqual([]);
    expect(graph.resources.length).toBeGreaterThan(150);
  });

  it("has a dead-letter queue, kept for a fortnight, behind every queue", () => {
    const queues = new Map(graph.queues().map((queue) => [queue.name, queue]));
    for (const name of LIVE) {
      expect(queues.get(`${prefix}${name}`)?.redrivePolicy).toEqual({
        deadLetterTargetArn: queueArn(`${name}-dlq`),
        maxReceiveCount: 5,
      });
      expect(queues.get(`${prefix}${name}-dlq`)?.messageRetentionSeconds).toBe(14 * 86_400);
    }
    expect(queues.size).toBe(2 * LIVE.length + 1);
  });

  it("hides a message six times as long as its function may take, and takes partial failures", () => {
    const mappings = graph.mappings();
    expect(mappings.map(({ eventSourceArn }) => eventSourceArn).toSorted()).toEqual(
      LIVE.filter((name) => name !== "check-requests")
        .map(queueArn)
        .toSorted(),
    );
    for (const mapping of mappings) {
      const queue = graph.queues().find(({ name }) => mapping.eventSourceArn.endsWith(`:${name}`));
      const fn = graph.functions().find(({ name }) => mapping.functionName.endsWith(name));
      expect(queue?.visibilityTimeoutSeconds).toBeGreaterThanOrEqual(
        6 * (fn?.timeout ?? Number.NaN),
      );
      expect(mapping.functionResponseTypes).toEqual(["ReportBatchItemFailures"]);
      if (mapping.batchSize > 10)
        expect(mapping.maximumBatchingWindowInSeconds).toBeGreaterThanOrEqual(1);
    }
    const requests = graph.queues().find(({ name }) => name === `${prefix}check-requests`);
    expect(requests?.visibilityTimeoutSeconds).toBe(5);
  });

  it("runs every function on Node 24 and ARM64, with logs in JSON that end some day", () => {
    const retained = new Map(graph.logGroups().map((group) => [group.name, group]));
    expect(graph.functions()).toHaveLength(FUNCTIONS.length);
    for (const fn of graph.functions()) {
      expect(fn).toMatchObject({ runtime: "nodejs24.x", architectures: ["arm64"] });
      expect(fn.loggingConfig.logFormat).toBe("JSON");
      expect(fn.timeout).toBeLessThanOrEqual(180);
      expect(retained.has(fn.loggingConfig.logGroup)).toBe(true);
      const env = JSON.stringify(fn.environment.variables);
      expect(Buffer.byteLength(env)).toBeLessThan(4_096);
    }
    const days = stage === "production" ? 90 : 14;
    for (const { retentionInDays } of retained.values()) expect(retentionInDays).toBe(days);
    const http = graph.functions().filter(({ name }) => name.startsWith(`${prefix}http-`));
    expect(http).toHaveLength(HTTP.length);
    for (const { timeout } of http) expect(timeout).toBeLessThan(30);
  });

  it("passes on what `.env.<stage>` gives, under its own name, and defaults to nothing", () => {
    const unless: Record<string, string> = { RMQ_WORKER_USER: "netcheck-worker" };
    const wanted = (name: string) => (stage === "production" ? `given for ${name}` : unless[name]);
    const readers = graph
      .functions()
      .filter(({ environment }) => "DATABASE_URL_SECRET_ARN" in environment.variables);
    expect(readers).toHaveLength(FUNCTIONS.length - CANARIES.length - 2);
    for (const { name: fn, environment } of readers) {
      const own = contextsOf(fn, environment.variables).flatMap((name) => GIVEN_TO[name] ?? []);
      for (const name of platformGiven)
        expect({ fn, name, value: environment.variables[name] }).toEqual({
          fn,
          name,
          value: [...baseGiven, ...own, "RMQ_WORKER_USER"].includes(name)
            ? wanted(name)
            : undefined,
        });
    }
    const [container] = graph.containers();
    for (const name of workerGiven) {
      const found = container?.environment.find((one) => one.name === name);
      expect({ name, value: found?.value }).toEqual({ name, value: wanted(name) });
    }
  });

  it("names every function after the stage, so that a person finds it and its log", () => {
    const all = FUNCTIONS.map((name) => `${prefix}${name}`);
    const functions = graph.functions();
    expect(functions.map(({ name }) => name).toSorted()).toEqual(all.toSorted());
    for (const { name, loggingConfig } of functions)
      expect(loggingConfig.logGroup).toBe(`/aws/lambda/${name}`);
  });

  it("gives each context the requests of its own paths, and the platform the rest", () => {
    const routes = graph.all("aws:apigatewayv2/route:Route", z.object({ routeKey: z.string() }));
    const paths = ALL.filter(({ routes: own }) => !("/" in own)).flatMap((context) =>
      Object.keys(context.routes).flatMap((path) => [`ANY ${path}`, `ANY ${path}/{proxy+}`]),
    );
    expect(routes.map(({ routeKey }) => routeKey).toSorted()).toEqual(
      ["$default", ...paths].toSorted(),
    );
    const [api] = graph.all(
      "aws:apigatewayv2/api:Api",
      z.object({ corsConfiguration: z.unknown().optional() }),
    );
    expect(JSON.stringify(api?.corsConfiguration ?? {})).not.toContain("*");
    const domains = graph.all(
      "aws:apigatewayv2/domainName:DomainName",
      z.object({ domainName: z.string() }),
    );
    const isNamed = stage === "production";
    expect(domains.map(({ domainName }) => domainName)).toEqual(
      isNamed ? ["watch.example.com"] : [],
    );
    expect(fnOf("http-platform").environment.variables["PUBLIC_URL"]).toBe(
      isNamed ? "https://watch.example.com" : `https://abc123.execute-api.${REGION}.amazonaws.com`,
    );
  });

  it("has schedules that parse, retry, and leave word when they could not be started", () => {
    const schedules = graph.schedules();
    expect(schedules.map(({ scheduleExpression }) => scheduleExpression).toSorted()).toEqual([
      "cron(17 3 * * ? *)",
      "cron(17 3 * * ? *)",
      "rate(1 minute)",
      "rate(1 minute)",
      "rate(5 minutes)",
      "rate(6 hours)",
    ]);
    for (const { scheduleExpression, target, state } of schedules) {
      expect(isScheduleExpression(scheduleExpression)).toBe(true);
      expect(state).toBe("ENABLED");
      expect(target.deadLetterConfig.arn).toBe(queueArn("schedules-dlq"));
      expect(target.retryPolicy.maximumRetryAttempts).toBeGreaterThan(0);
      expect(target.retryPolicy.maximumEventAgeInSeconds).toBe(300);
    }
    const retried = graph.all(
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
      Retry,
    );
    expect(
      Object.fromEntries(retried.map((one) => [one.functionName, one.maximumRetryAttempts])),
    ).toEqual(
      Object.fromEntries(
        [...ROUNDS, ...CANARIES].map((name) => [
          `${prefix}${name}`,
          name.startsWith("daily") ? 2 : 0,
        ]),
      ),
    );
  });

  it("trusts with each role the one service that uses it", () => {
    for (const { logical: name, assumeRolePolicy } of graph.roles()) {
      const principals = assumeRolePolicy.Statement.map(({ Principal }) => Principal);
      const service = name.includes("Worker")
        ? "ecs-tasks"
        : name.includes("NatInstance")
          ? "ec2"
          : /^(Minutely|Daily)(Agents)?Role|^Canary(Health|Ready)Role/.test(name)
            ? "scheduler"
            : "lambda";
      expect({ name, principals }).toEqual({
        name,
        principals: [{ Service: [`${service}.amazonaws.com`] }],
      });
    }
  });

  it("names in every grant actions that exist and resources of its own", () => {
    for (const { logical: name, inlinePolicies } of graph.roles()) {
      for (const { Effect, Action, Resource = [] } of inlinePolicies.flatMap(
        ({ policy }) => policy.Statement,
      )) {
        expect({ name, Effect }).toEqual({ name, Effect: "Allow" });
        for (const action of Action) expect(ACTIONS, name).toContain(action);
        for (const resource of Resource) expect(resource, name).toMatch(/^arn:aws:[^*]+$/);
      }
    }
  });

  const may = (role: string) => {
    const found = graph.roles().filter(({ logical }) => logical.startsWith(role));
    expect(found, role).toHaveLength(1);
    return found.flatMap(({ inlinePolicies }) =>
      inlinePolicies.flatMap(({ policy }) => policy.Statement),
    );
  };

  const SECRETS = ["database-url", "redis-url", "amqp-management-url", "token-keys", "amqp-url"];
  const DATA = ["database-url", "redis-url"];
  const SEND = ["sqs:SendMessage", "sqs:GetQueueUrl"] as const;
  const ROTATE = ACTIONS.filter((action) => action.startsWith("secretsmanager:"));
  const CONSUME = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
  ] as const;

  type Needs = Partial<Record<string, readonly Action[]>>;
  const reads = (names: readonly string[]): Needs =>
    Object.fromEntries(names.map((name) => [name, ["secretsmanager:GetSecretValue"] as const]));

  const NEEDS: [role: string, needs: Needs][] = [
    ["HttpPlatformRole", reads([...DATA, "token-keys"])],
    ["HttpIdentityRole", { ...reads([...DATA, "token-keys"]), "events-identity": SEND }],
    ["HttpAgentsRole", reads([...DATA, "token-keys", "amqp-management-url"])],
    ["HttpChecksRole", { ...reads([...DATA, "token-keys"]), "check-requests": SEND }],
    [
      "AgentResultsSubscriber",
      { ...reads(DATA), "agent-results": CONSUME, "check-requests": SEND },
    ],
    ["AgentHeartbeatsSubscriber", { ...reads(DATA), "agent-heartbeats": CONSUME }],
    ["EventsIdentitySubscriber", { ...reads(DATA), "events-identity": [...CONSUME, ...SEND] }],
    ["MinutelyHandlerRole", { ...reads(DATA), "check-requests": SEND, "events-identity": SEND }],
    ["DailyHandlerRole", { ...reads(DATA), "check-requests": SEND, "events-identity": SEND }],
    ["MinutelyAgentsHandlerRole", reads([...DATA, "amqp-management-url"])],
    ["DailyAgentsHandlerRole", reads([...DATA, "amqp-management-url"])],
    ["RotateTokenKeysRole", { "token-keys": ROTATE }],
    ["RotateBrokerAdminRole", { "amqp-management-url": ROTATE }],
    [
      "WorkerTaskRole",
      {
        "check-requests": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueUrl"],
        "agent-results": SEND,
        "agent-heartbeats": SEND,
      },
    ],
    ["WorkerExecutionRole", reads(["amqp-url"])],
    ["MinutelyRole", { "schedules-dlq": ["sqs:SendMessage"] }],
    ["DailyRole", { "schedules-dlq": ["sqs:SendMessage"] }],
    ["MinutelyAgentsRole", { "schedules-dlq": ["sqs:SendMessage"] }],
    ["DailyAgentsRole", { "schedules-dlq": ["sqs:SendMessage"] }],
    ["CanaryHealthRole", { "schedules-dlq": ["sqs:SendMessage"] }],
    ["CanaryReadyRole", { "schedules-dlq": ["sqs:SendMessage"] }],
    ["CanaryHealthHandlerRole", {}],
    ["CanaryReadyHandlerRole", {}],
  ];

  it.each(NEEDS)("%s may do what it needs, and everything else is denied", (role, needs) => {
    const statements = may(role);
    const queues = [...LIVE, ...LIVE.map((name) => `${name}-dlq`), "schedules-dlq"];
    const all = [
      ...SECRETS.map((name) => [name, secretArn(name)] as const),
      ...queues.map((name) => [name, queueArn(name)] as const),
    ];
    const allowed: string[] = [];
    for (const [name, arn] of all)
      for (const action of ACTIONS)
        if (isAllowed(statements, action, arn)) allowed.push(`${action} ${name}`);
    const wanted = Object.entries(needs).flatMap(([name, actions = []]) =>
      [...new Set(actions)].map((action) => `${action} ${name}`),
    );
    expect(allowed.toSorted()).toEqual(wanted.toSorted());
    for (const action of ["sts:AssumeRole", "iam:PassRole", "s3:GetObject", "sqs:PurgeQueue"])
      expect(isAllowed(statements, action, "*")).toBe(false);
  });

  it("gives a function beyond its policy only what writes its logs", () => {
    for (const { logical: name, managedPolicyArns } of graph.roles()) {
      const short = managedPolicyArns.map((arn) => arn.replace(/.*\//, ""));
      if (/Handler|Subscriber|Rotate|Http/.test(name))
        expect({ name, short }).toEqual({ name, short: ["AWSLambdaBasicExecutionRole"] });
    }
  });

  it("runs the worker out of reach, watched, and with time to end in order", () => {
    const [container, ...others] = graph.containers();
    expect(others).toEqual([]);
    expect(container?.secrets).toEqual([{ name: "AMQP_URL", valueFrom: secretArn("amqp-url") }]);
    expect(container?.stopTimeout).toBeGreaterThan(10);
    expect(container?.healthCheck.command.join(" ")).toContain("/tmp/alive");
    const [service] = graph.all("aws:ecs/service:Service", Service);
    expect(service).toMatchObject({
      desiredCount: stage === "production" ? 2 : 1,
      enableExecuteCommand: false,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      networkConfiguration: { assignPublicIp: false },
    });
    const { subnets = [] } = service?.networkConfiguration ?? {};
    expect(subnets.map((subnet) => subnet.includes("Private"))).toEqual([true, true]);
    const groups = graph.all("aws:ec2/securityGroup:SecurityGroup", SecurityGroup);
    const group = groups.find(({ logical }) => logical === "WorkerGroup");
    expect(group?.ingress).toEqual([]);
    expect(group?.egress.map(({ fromPort, toPort }) => [fromPort, toPort])).toEqual([
      [443, 443],
      [5_671, 5_671],
    ]);
  });

  it("scales the worker on what waits, and never to nothing", () => {
    const [target] = graph.all(
      "aws:appautoscaling/target:Target",
      z.object({ minCapacity: z.number(), maxCapacity: z.number() }),
    );
    expect(target?.minCapacity).toBe(stage === "production" ? 2 : 1);
    expect(target?.maxCapacity).toBeGreaterThan(target?.minCapacity ?? Number.NaN);
    const policies = JSON.stringify(
      graph.all("aws:appautoscaling/policy:Policy", z.looseObject({})),
    );
    expect(policies).toContain("ApproximateNumberOfMessagesVisible");
    expect(policies).toContain(`${prefix}check-requests`);
  });

  it("shows no secret in any environment, task or state: only where they are", () => {
    const texts = [
      ...graph.functions().map(({ environment }) => environment.variables),
      ...graph.containers().map(({ environment }) => environment),
    ];
    for (const text of texts) {
      const json = JSON.stringify(text);
      expect(json).not.toMatch(/:\/\/[^/"]*:[^/"]*@|"d":|never-in-the-graph|BEGIN .*KEY/);
      expect(json).not.toMatch(
        /"(DATABASE_URL|REDIS_URL|AMQP_URL|AMQP_MANAGEMENT_URL|TOKEN_KEYS)"/,
      );
    }
    const types = new Set(graph.resources.map(({ type }) => type));
    const made = [...types].filter((type) => type.startsWith("aws:secretsmanager"));
    expect(made).toEqual(["aws:secretsmanager/secretRotation:SecretRotation"]);
    expect(types.has("aws:iam/accessKey:AccessKey")).toBe(false);
  });

  it("[KRN-52] rotates the key set and the broker's administrator from the first day", () => {
    const rotations = graph.all(
      "aws:secretsmanager/secretRotation:SecretRotation",
      z.object({
        secretId: z.string(),
        rotateImmediately: z.boolean(),
        rotationRules: z.object({ automaticallyAfterDays: z.number() }),
      }),
    );
    expect(rotations.map(({ secretId }) => secretId).toSorted()).toEqual(
      ["amqp-management-url", "token-keys"].map(secretArn),
    );
    expect(rotations.some(({ rotateImmediately }) => rotateImmediately)).toBe(false);
    const permissions = graph.all(
      "aws:lambda/permission:Permission",
      z.object({ principal: z.string(), sourceArn: z.string().optional() }),
    );
    expect(permissions.length).toBeGreaterThan(HTTP.length);
    for (const { principal, sourceArn } of permissions) {
      expect(principal).toMatch(/^(secretsmanager|apigateway)\.amazonaws\.com$/);
      expect(sourceArn).toMatch(/^arn:/);
    }
  });

  it("alarms somebody for each queue, each dead-letter queue, each function and the worker", () => {
    const alarms = graph.alarms();
    const on = (metric: string) => alarms.filter(({ metricName }) => metricName === metric);
    expect(on("ApproximateAgeOfOldestMessage")).toHaveLength(LIVE.length);
    const depths = on("ApproximateNumberOfMessagesVisible").map(
      ({ dimensions }) => dimensions["QueueName"] ?? "",
    );
    expect(depths.toSorted()).toEqual(
      graph
        .queues()
        .map(({ name }) => name)
        .toSorted(),
    );
    const functions = graph.functions().map(({ name }) => name);
    const watched = (metric: string) =>
      on(metric).map(({ dimensions }) => dimensions["FunctionName"] ?? "");
    expect(watched("Errors").toSorted()).toEqual(functions.toSorted());
    const isCanary = (name: string) => CANARIES.includes(name.replace(prefix, ""));
    expect(watched("Throttles").toSorted()).toEqual(
      functions.filter((name) => !isCanary(name)).toSorted(),
    );
    // The service of a metric of ours is the function's own name.
    expect(on("agents.platform_blind")[0]?.dimensions).toEqual({
      service: `${prefix}minutely-agents`,
    });
    expect(on("CPUUtilization")[0]).toMatchObject({
      treatMissingData: "breaching",
      dimensions: { ServiceName: "Worker" },
    });
    for (const { alarmActions } of alarms) expect(alarmActions).toHaveLength(1);
  });

  it("[KRN-50] asks a quiet stage from outside, and alarms when it does not answer", () => {
    const asked = Object.fromEntries(
      CANARIES.map((name) => [name, fnOf(name).environment.variables["CANARY_URL"]]),
    );
    const url = fnOf("http-platform").environment.variables["PUBLIC_URL"];
    expect(asked).toEqual({ "canary-health": `${url}/health`, "canary-ready": `${url}/ready` });
    const [health, ready] = CANARIES.map((name) =>
      graph.alarms().find(({ dimensions }) => dimensions["FunctionName"] === `${prefix}${name}`),
    );
    const each = { period: 300, threshold: 0, statistic: "Maximum" };
    // Every five minutes and twice in a row, or not asked at all.
    expect(health).toMatchObject({ ...each, evaluationPeriods: 2, treatMissingData: "breaching" });
    // Every six hours, and on until it is asked again.
    expect(ready).toMatchObject({ ...each, evaluationPeriods: 1, treatMissingData: "ignore" });
  });

  it("keeps in production what cannot be made again", () => {
    const kept = Object.entries(graph.kept).filter(([urn]) =>
      /\$aws:sqs\/queue:Queue::(?!Schedules)/.test(urn),
    );
    expect(kept).toHaveLength(2 * LIVE.length);
    const isProduction = stage === "production";
    for (const [urn, { protect, retain }] of kept)
      expect({ urn, protect, retain }).toEqual({
        urn,
        protect: isProduction,
        retain: isProduction,
      });
    expect(graph.app).toMatchObject({
      protect: isProduction,
      removal: isProduction ? "retain" : "remove",
    });
  });

  it("builds nothing into a function that is no function's: the machine, the worker, SST", () => {
    for (const { functionID, chunks } of graph.builds) {
      const sources = chunks.flatMap((chunk) => chunk.sources);
      expect(sources.length, functionID).toBeGreaterThan(0);
      for (const name of ["amqplib", "packages/local/", "packages/worker/", "sst"])
        expect(
          sources.filter((source) => source.startsWith(name)),
          functionID,
        ).toEqual([]);
    }
  });
});

describe("the program", () => {
  it("names every schedule expression that it would refuse", () => {
    for (const good of [
      "rate(1 minute)",
      "rate(5 hours)",
      "cron(0 3 * * ? *)",
      "cron(0/5 8 ? * MON-FRI *)",
    ])
      expect(isScheduleExpression(good), good).toBe(true);
    for (const bad of [
      "cron(bogus)",
      "cron(0 3 * * * *)",
      "cron(0 3 * * ?)",
      "cron(61 3 * * ? *)",
      "rate(0 minutes)",
      "rate(1 minutes)",
      "rate(5 minute)",
      "every day",
    ])
      expect(isScheduleExpression(bad), bad).toBe(false);
  });

  it("has the types of its links up to date, the same in every stage", async () => {
    const texts = STAGES.map((stage) => envTypes(graphOf(stage)));
    expect(new Set(texts).size).toBe(1);
    await expect(texts[0]).toMatchFileSnapshot("../../sst-env.d.ts");
  });

  it("has in the runbook every setting that a stage may have, and functions that there are", async () => {
    const runbook = await readFile(join(import.meta.dirname, "../../docs/runbook.md"), "utf8");
    const [, settings = ""] = /\*\*Settings, .*?\n(.*?)\*\*/s.exec(runbook) ?? [];
    const listed = [...settings.matchAll(/^- `([A-Z_]+)`/gm)].map(([, name = ""]) => name);
    expect([...listed, "RMQ_WORKER_USER"].toSorted()).toEqual(
      [...new Set([...platformGiven, ...workerGiven])].toSorted(),
    );
    const names = graphOf("test")
      .functions()
      .map(({ name }) => name.replace("netcheck-test-", ""));
    const called = [...runbook.matchAll(/\$\(functions ([a-z-]+)\)|\$PREFIX-(canary-[a-z]+)/g)];
    const beginnings = called.map(([, many, one]) => many ?? one ?? "");
    expect(beginnings).toEqual(expect.arrayContaining(["daily", "canary-ready"]));
    for (const one of beginnings)
      expect(
        names.some((name) => name.startsWith(one)),
        one,
      ).toBe(true);
  });

  it("leaves what runs ignorant of SST", async () => {
    const packages = join(import.meta.dirname, "../../packages");
    const files = (await readdir(packages, { recursive: true })).filter((file) =>
      /^(api|worker|adapters|kernel)\/src\/.*\.ts$/.test(file),
    );
    const texts = await Promise.all(files.map((file) => readFile(join(packages, file), "utf8")));
    expect(texts.length).toBeGreaterThan(40);
    expect(texts.filter((text) => /from "sst(\/|")/.test(text))).toEqual([]);
  });
});

/** Whose settings a function is given: its own contexts', and where somebody asks, identity's. */
function contextsOf(fn: string, { CONTEXTS = "" }: Record<string, string>) {
  return [...CONTEXTS.split(","), ...(/-http-/.test(fn) ? ["identity"] : [])];
}

const Service = z.looseObject({
  desiredCount: z.number(),
  enableExecuteCommand: z.boolean(),
  networkConfiguration: z.object({ assignPublicIp: z.boolean(), subnets: z.array(z.string()) }),
});

const Retry = z.looseObject({ functionName: z.string(), maximumRetryAttempts: z.number() });

const Port = z.looseObject({ fromPort: z.number(), toPort: z.number() });
const SecurityGroup = z.looseObject({
  ingress: z.array(z.unknown()).default([]),
  egress: z.array(Port).default([]),
});
