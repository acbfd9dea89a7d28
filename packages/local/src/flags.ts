import { parseArgs } from "node:util";

import { DEFAULT_HOME } from "./home-folder.ts";
import { messageOf, problem } from "./problem.ts";

/** How `npm start` was asked to start. `port` 0 means any free one. */
export type Flags = { home: string; port: number; agents: number; json: boolean };

export const USAGE = `Usage: npm start -- [--home DIR] [--port N] [--agents K] [--json]

  --home DIR    where the data lives            (default .netcheck in the checkout)
  --port N      of the API; 0 takes a free one  (default 8080)
  --agents K    local agents, 0 to 50           (default 2)
  --json        print one line of JSON on standard output when ready

A service that exists already is used instead of a private one: DATABASE_URL, REDIS_URL,
AMQP_URL with AMQP_MANAGEMENT_URL, SQS_ENDPOINT. HOST opens the API and the broker's
AMQP port on that address (default 127.0.0.1).
`;

const OPTIONS = {
  home: { type: "string", default: DEFAULT_HOME },
  port: { type: "string", default: "8080" },
  agents: { type: "string", default: "2" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The flags, or "help". Throws a `problem` that ends in the usage when one is unknown or out of range. */
export function readFlags(args: string[]): Flags | "help" {
  const values = parse(args);
  if (values.help) return "help";
  return {
    home: values.home,
    port: whole("--port", values.port, 65_535),
    agents: whole("--agents", values.agents, 50),
    json: values.json,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw wrong(messageOf(error), error);
  }
}

function whole(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw wrong(`${flag} takes a whole number from 0 to ${most}, not "${text}".`);
}

function wrong(what: string, cause?: unknown): Error {
  return problem(`${what}\n\n${USAGE}`, cause);
}
