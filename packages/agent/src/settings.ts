import { parseArgs } from "node:util";

import { parseAllowList, type AllowList } from "@netcheck/wire/address";

import { exitError } from "./exit.ts";
import { parseLogLevel, type LogLevel } from "./log.ts";
import { isLoopback } from "./loopback.ts";
import { messageOf } from "./text.ts";

/** How the agent was started, checked. `platformUrl` ends in `/api/v1`. */
export type Settings = {
  platformUrl: string;
  token: string | undefined;
  stateFile: string | undefined;
  insecure: boolean;
  concurrency: number;
  allow: AllowList;
  logLevel: LogLevel;
};

export const USAGE = `Usage: netcheck-agent --url URL --token TOKEN [--state FILE] [--concurrency N] [--insecure]

  --url URL          the platform's address               (NETCHECK_URL)
  --token TOKEN      one-time enrolment token, needed once (NETCHECK_TOKEN)
  --state FILE       where this agent keeps its secret     (NETCHECK_STATE)
  --concurrency N    checks at a time, 1 to 1000           (default 50)
  --insecure         allow http:// and amqp:// beyond this host

NETCHECK_ALLOW lists special networks that checks may reach, such as 10.0.0.0/8,::1.
LOG_LEVEL is DEBUG, INFO, WARNING or ERROR.
`;

const FLAGS = {
  url: { type: "string" },
  token: { type: "string" },
  state: { type: "string" },
  name: { type: "string" },
  concurrency: { type: "string", default: "50" },
  insecure: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Settings from flags and environment, or "help"; throws an `Exit` that names what is wrong. */
export function readSettings(argv: string[], env: NodeJS.ProcessEnv): Settings | "help" {
  const flags = readFlags(argv);
  if (flags.help) return "help";
  return {
    platformUrl: readUrl(flags.url ?? env["NETCHECK_URL"], flags.insecure),
    token: flags.token ?? (env["NETCHECK_TOKEN"] || undefined),
    stateFile: flags.state ?? (env["NETCHECK_STATE"] || undefined),
    insecure: flags.insecure,
    concurrency: readConcurrency(flags.concurrency),
    allow: readAllow(env["NETCHECK_ALLOW"] ?? ""),
    logLevel: readLogLevel(env["LOG_LEVEL"] || "INFO"),
  };
}

function readFlags(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: FLAGS }).values;
  } catch (cause) {
    throw exitError(2, `${messageOf(cause)} See --help.`, cause);
  }
}

function readUrl(text: string | undefined, insecure: boolean) {
  if (!text) throw exitError(2, "Say where the platform is with --url or NETCHECK_URL.");
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw exitError(2, `"${text}" is not an address such as https://netcheck.example.com.`);
  if (url.username || url.password)
    throw exitError(2, "The platform's address may not carry a name or password.");
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !insecure)
    throw exitError(
      2,
      `${url.origin} is not encrypted and not this host: use https://, or --insecure to accept that.`,
    );
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api\/v1$/, "");
  return `${url.origin}${path}/api/v1`;
}

function readConcurrency(text: string) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value;
  throw exitError(2, `--concurrency is a whole number from 1 to 1000, not "${text}".`);
}

function readAllow(text: string) {
  try {
    return parseAllowList(text);
  } catch (cause) {
    throw exitError(2, `NETCHECK_ALLOW: ${messageOf(cause)}`, cause);
  }
}

function readLogLevel(text: string) {
  const level = parseLogLevel(text);
  if (level) return level;
  throw exitError(2, `LOG_LEVEL is DEBUG, INFO, WARNING or ERROR, not "${text}".`);
}
