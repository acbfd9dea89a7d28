import * as z from "zod";

/** Settings of the worker, named as in the environment. */
export const Settings = z.object({
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  SQS_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  SQS_QUEUE_PREFIX: z.string().default(""),
  AWS_REGION: z.string().min(1).default("us-east-1"),
  RMQ_AGENTS_VHOST: z.string().min(1).default("agents_vhost"),
  RMQ_REQUEST_EXCHANGE: z.string().min(1).default("agent_requests_exchange"),
  /** Touched while the event loop turns, for a health check that looks at its age. */
  ALIVE_FILE: z.string().min(1).optional(),
  METRICS_NAMESPACE: z.string().min(1).optional(),
  /** Where `/metrics` is served; without it nothing listens, and 0 takes a free port. */
  METRICS_PORT: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().max(65_535)).optional(),
  METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  LOG_LEVEL: z.enum(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]).default("INFO"),
});

/** Reads the environment; throws one TypeError that names every setting to mend. */
export function readSettings(env: NodeJS.ProcessEnv) {
  const parsed = Settings.safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new TypeError(["The worker's settings need mending:", ...lines].join("\n"));
}
