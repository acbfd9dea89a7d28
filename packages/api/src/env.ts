import { TokenKeys } from "@netcheck/identity/token";
import { LogLevelSetting } from "@netcheck/kernel/settings";
import { parseAllowList } from "@netcheck/wire/address";
import * as z from "zod";

const KeySet = z.string().transform((text, issues) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    issues.addIssue('A JSON object is needed: {"keys": [two private Ed25519 JWKs or more]}.');
    return z.NEVER;
  }
});

const Networks = z.string().transform((text, issues) => {
  try {
    return parseAllowList(text);
  } catch (error) {
    issues.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});

const Origins = z.string().transform((text, issues) => {
  const origins = text.split(",").map((origin) => origin.trim());
  const given = origins.filter(Boolean);
  for (const one of given.filter((origin) => !isOrigin(origin))) {
    issues.addIssue(`"${one}" is not an origin such as https://watch.example.com.`);
  }
  return given;
});

/** At least what one check may ask, or none could pass. */
const AgentsAMinute = z.coerce.number().int().min(100).max(1_000_000);

export const DatabaseDriver = z.enum(["pg", "neon"]);

/** Settings of the platform, named as in the environment. No secret has a default. */
export const Settings = z.object({
  LOG_LEVEL: LogLevelSetting,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_DRIVER: DatabaseDriver.default("pg"),
  /** Of a stand-in for Neon's WebSocket edge. */
  NEON_PROXY: z
    .string()
    .regex(/^[^\s/]+:\d+$/, "A host and a port such as 127.0.0.1:4444.")
    .optional(),
  REDIS_URL: z.url({ protocol: /^(redis|https?)$/ }),
  SQS_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  SQS_QUEUE_PREFIX: z.string().default(""),
  AWS_REGION: z.string().default("us-east-1"),
  AMQP_MANAGEMENT_URL: z.url({ protocol: /^https?$/ }),
  AGENT_AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  RMQ_AGENTS_VHOST: z.string().min(1).default("agents_vhost"),
  RMQ_REQUEST_EXCHANGE: z.string().min(1).default("agent_requests_exchange"),
  RMQ_RESPONSE_EXCHANGE: z.string().min(1).default("agent_responses"),
  AGENT_HEARTBEAT_INTERVAL_SEC: z.coerce.number().int().min(1).default(30),
  AGENT_HEARTBEAT_TIMEOUT_SEC: z.coerce.number().int().min(2).default(90),
  ACCESS_TOKEN_EXPIRE_MINUTES: z.coerce.number().int().min(1).max(60).default(15),
  REFRESH_TOKEN_EXPIRE_DAYS: z.coerce.number().int().min(1).default(7),
  TOKEN_KEYS: KeySet.pipe(TokenKeys),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  ALLOWED_ORIGINS: Origins.default([]),
  TRUSTED_PROXIES: Networks.default([]),
  NETCHECK_ALLOW: Networks.default([]),
  AGENT_ALLOW: Networks.optional(),
  /** Whole days that checks are kept. */
  CHECK_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  ANONYMOUS_CHECKS: z
    .enum(["off", "on"])
    .default("off")
    .transform((text) => text === "on"),
  CHECK_LIMIT_PERSON: AgentsAMinute.default(6_000),
  CHECK_LIMIT_KEY: AgentsAMinute.default(3_000),
  CHECK_LIMIT_ADDRESS: AgentsAMinute.default(12_000),
  CHECK_LIMIT_TARGET: AgentsAMinute.default(6_000),
  CHECK_LIMIT_ANONYMOUS: z.coerce.number().int().min(5).max(1_000_000).default(20),
});

function isOrigin(text: string) {
  return /^https?:/.test(text) && URL.parse(text)?.origin === text;
}

export type Settings = z.output<typeof Settings>;
