import {
  AgentsVhostSetting,
  LogLevelSetting,
  RequestExchangeSetting,
} from "@netcheck/kernel/settings";
import * as z from "zod";

/** Settings of the worker, named as in the environment. */
export const Settings = z.object({
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  SQS_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  SQS_QUEUE_PREFIX: z.string().default(""),
  AWS_REGION: z.string().min(1).default("us-east-1"),
  RMQ_AGENTS_VHOST: AgentsVhostSetting,
  RMQ_REQUEST_EXCHANGE: RequestExchangeSetting,
  /** Touched while the event loop turns, for a health check that looks at its age. */
  ALIVE_FILE: z.string().min(1).optional(),
  METRICS_NAMESPACE: z.string().min(1).optional(),
  /** Where `/metrics` is served; without it nothing listens, and 0 takes a free port. */
  METRICS_PORT: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().max(65_535)).optional(),
  METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  LOG_LEVEL: LogLevelSetting,
});
