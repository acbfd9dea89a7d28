import { access } from "./access";
import { CONSUMER_SECONDS, queues } from "./queues";
import { logRetention, prefix, settings } from "./stage";

/** The app answers CORS itself, for it knows whom cookies are for. */
export const api = new sst.aws.ApiGatewayV2("Api", {
  cors: false,
  accessLog: { retention: logRetention },
  ...(settings.domain && { domain: settings.domain }),
  transform: {
    stage: { defaultRouteSettings: { throttlingBurstLimit: 1_000, throttlingRateLimit: 500 } },
  },
});

const answering = access({
  reads: ["DATABASE_URL", "REDIS_URL", "AMQP_MANAGEMENT_URL", "TOKEN_KEYS"],
  sends: ["check-requests", "events"],
});

/** Everything that HTTP may ask. API Gateway waits 30 s at most. */
export const http = new sst.aws.Function("Http", {
  name: `${prefix}http`,
  handler: "packages/api/src/lambda.handler",
  memory: "1024 MB",
  timeout: "25 seconds",
  permissions: answering.permissions,
  environment: { ...answering.environment, PUBLIC_URL: api.url },
  nodejs: { install: { "@node-rs/argon2": "2.2.1" } },
  copyFiles: [
    { from: "packages/api/openapi.json", to: "openapi.json" },
    { from: "node_modules/@scalar/fastify-api-reference/dist/index.js", to: "docs-page.txt" },
  ],
});
api.route("$default", http.arn);

const storing = access({ reads: ["DATABASE_URL", "REDIS_URL"], sends: [] });
const emitting = access({
  reads: ["DATABASE_URL", "REDIS_URL"],
  sends: ["check-requests", "events"],
});

type Consumer = {
  queue: Exclude<keyof typeof queues, "check-requests">;
  handler: string;
  given: typeof storing;
  batch: { size: number; window?: "5 seconds" };
  /** Of invocations at a time: what the database has connections for. */
  atOnce: number;
};

function consumer({ queue, handler, given, batch, atOnce }: Consumer) {
  return queues[queue].live.subscribe(
    {
      name: `${prefix}${queue}`,
      handler: `packages/api/src/lambda-consumers.${handler}`,
      memory: "512 MB",
      timeout: `${CONSUMER_SECONDS} seconds`,
      permissions: given.permissions,
      environment: { ...given.environment, PUBLIC_URL: api.url },
    },
    {
      batch: { ...batch, partialResponses: true },
      transform: { eventSourceMapping: { scalingConfig: { maximumConcurrency: atOnce } } },
    },
  );
}

/** A batch of answers is what is waiting. Heartbeats can wait: the worker has written down when they came. */
export const consumers = {
  "agent-results": consumer({
    queue: "agent-results",
    handler: "agentResults",
    given: storing,
    batch: { size: 10 },
    atOnce: 10,
  }),
  "agent-heartbeats": consumer({
    queue: "agent-heartbeats",
    handler: "agentHeartbeats",
    given: storing,
    batch: { size: 500, window: "5 seconds" },
    atOnce: 2,
  }),
  events: consumer({
    queue: "events",
    handler: "events",
    given: emitting,
    batch: { size: 10 },
    atOnce: 5,
  }),
};
