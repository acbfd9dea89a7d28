import * as z from "zod";

import { LEVELS } from "./log.ts";

/** `LOG_LEVEL`, the same in every program. */
export const LogLevelSetting = z.enum(LEVELS).default("INFO");

/** `PUBLIC_URL`, which more than one context reads. */
export const PublicUrlSetting = z.url({ protocol: /^https?$/ }).meta({
  onAws: "settled",
  description: "Where people and agents reach the platform; also the issuer in its tokens.",
  example: "http://127.0.0.1:8080",
});

/** `RMQ_AGENTS_VHOST`, the same in every program. */
export const AgentsVhostSetting = z.string().min(1).default("agents_vhost").meta({
  description: "The broker's virtual host of the agents.",
});

/** `RMQ_REQUEST_EXCHANGE`, the same in every program. */
export const RequestExchangeSetting = z.string().min(1).default("agent_requests_exchange").meta({
  description: "The exchange that requests to agents are published to.",
});

/** `RMQ_RESPONSE_EXCHANGE`, the same in every program. */
export const ResponseExchangeSetting = z.string().min(1).default("agent_responses").meta({
  description: "The exchange that agents publish to.",
});

/** Reads an environment once; throws one TypeError that names every setting to mend. */
export function readSettings<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  // What zod would compile for parses to come takes as long as this one and more.
  const parsed = schema.safeParse(env, { jitless: true });
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new TypeError(["These settings need mending:", ...lines].join("\n"));
}
