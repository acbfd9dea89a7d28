import { LogLevelSetting, PublicUrlSetting } from "@netcheck/kernel/settings";
import { NetworksSetting } from "@netcheck/wire/address-setting";
import * as z from "zod";

export const DatabaseDriver = z.enum(["pg", "neon"]);

/** Settings of the platform that no context has to itself, named as in the environment. */
export const Base = z.object({
  LOG_LEVEL: LogLevelSetting.meta({
    description: "DEBUG, INFO, WARNING, ERROR or CRITICAL. JSON lines on standard error.",
  }),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).meta({
    onAws: "secret",
    description: "PostgreSQL 15 or later.",
    example: "postgres://netcheck:password@127.0.0.1:5432/netcheck",
  }),
  DATABASE_DRIVER: DatabaseDriver.default("pg").meta({
    description:
      "pg over TCP, or neon over a WebSocket to Neon's edge: what deployed functions do unless told otherwise. On one machine with a database of its own, a stand-in for that edge is started.",
  }),
  NEON_PROXY: z
    .string()
    .regex(/^[^\s/]+:\d+$/, "A host and a port such as 127.0.0.1:4444.")
    .optional()
    .meta({
      onAws: "settled",
      description: "host:port of another stand-in for Neon's edge.",
      example: "127.0.0.1:4444",
    }),
  REDIS_URL: z.url({ protocol: /^(redis|https?)$/ }).meta({
    onAws: "secret",
    description: "redis:// of a Redis, or https://:token@host of one over HTTP (Upstash).",
    example: "redis://default:password@127.0.0.1:6379",
  }),
  SQS_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      onAws: "settled",
      description: "A stand-in for SQS; on AWS leave it out.",
      example: "http://127.0.0.1:9324",
    }),
  SQS_QUEUE_PREFIX: z.string().default("").meta({
    onAws: "settled",
    description: "Before the name of each queue, for example the stage.",
  }),
  AWS_REGION: z
    .string()
    .default("us-east-1")
    .meta({ onAws: "settled", description: "Where the queues are." }),
  PUBLIC_URL: PublicUrlSetting,
  TRUSTED_PROXIES: NetworksSetting.default([]).meta({
    description:
      "Proxies whose X-Forwarded-For is believed, addresses or CIDRs, comma-separated: 10.0.0.0/8",
  }),
});

export type Base = z.output<typeof Base>;
