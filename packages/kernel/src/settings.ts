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

type Env = Readonly<Record<string, string | undefined>>;

/** Reads an environment once; throws one TypeError that names every setting to mend. */
export function readSettings<S extends z.ZodType>(schema: S, env: Env): z.output<S> {
  const parsed = parse(schema, env);
  if (parsed.success) return parsed.data;
  throw new TypeError(["These settings need mending:", ...linesOf(parsed.error)].join("\n"));
}

/** A line for each setting to mend; none if all can be read. */
export function wrongSettings(schema: z.ZodType, env: Env): string[] {
  const parsed = parse(schema, env);
  return parsed.success ? [] : linesOf(parsed.error);
}

function parse<S extends z.ZodType>(schema: S, env: Env) {
  // What zod would compile for parses to come takes as long as this one and more.
  return schema.safeParse(env, { jitless: true, error: inPlainWords });
}

function linesOf({ issues }: z.ZodError) {
  return issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
}

/** Never with what was set, which may be a secret; for what has words of its own this is not asked. */
function inPlainWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type") {
    if (issue.input === undefined) return "It is needed.";
    return issue.expected === "int" ? "It takes a whole number." : `It takes a ${issue.expected}.`;
  }
  if (issue.code === "invalid_value") return `It takes one of ${issue.values.join(", ")}.`;
  if (issue.code === "invalid_format") return FORMATS[issue.format];
  if (issue.code === "too_big") return `It takes ${issue.maximum}${unitOf(issue)} at most.`;
  if (issue.code !== "too_small") return undefined;
  const isEmpty = issue.origin === "string" && issue.minimum === 1;
  return isEmpty ? "It may not be empty." : `It takes ${issue.minimum}${unitOf(issue)} or more.`;
}

function unitOf({ origin }: { origin: string }) {
  return origin === "string" ? " characters" : "";
}

const FORMATS: Readonly<Record<string, string | undefined>> = {
  url: "It takes a URL, and not of every kind: see .env.example.",
  email: "It takes an e-mail address.",
};
