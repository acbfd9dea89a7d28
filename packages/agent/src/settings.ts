import { parseArgs } from "node:util";

import { parseAllowList, type AllowList } from "@netcheck/wire/address";

import { exitError } from "./exit.ts";
import { parseLogLevel, type LogLevel } from "./log.ts";
import { isLoopback } from "./loopback.ts";
import { labelOf, OPTIONS, optionNames, type Given } from "./option.ts";
import { readSettingsFile } from "./settings-file.ts";
import { messageOf } from "./text.ts";

/** How the agent was started, checked. `platformUrl` ends in `/api/v1`. */
export type Settings = {
  platformUrl: string;
  token: string | undefined;
  stateFile: string | undefined;
  insecure: boolean;
  concurrency: number;
  allow: AllowList;
  region: string | undefined;
  logLevel: LogLevel;
};

/** What the agent is asked to do. A self-test needs no platform. */
export type Command =
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "run"; settings: Settings }
  | { kind: "self-test"; json: boolean; settings: SelfTestSettings };

export type SelfTestSettings = Omit<Settings, "platformUrl"> & { platformUrl: string | undefined };

type Env = Readonly<Record<string, string | undefined>>;

const FLAGS = {
  config: { type: "string" },
  "self-test": { type: "boolean" },
  json: { type: "boolean" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Flags over environment over settings file; throws an `Exit` that names what is wrong. */
export function readCommand(argv: string[], env: Env): Command {
  const { flags, given } = readFlags(argv);
  if (flags.help) return { kind: "help" };
  if (flags.version) return { kind: "version" };
  const file = flags.config ?? (env["NETCHECK_CONFIG"] || undefined);
  const fromFile = file === undefined ? {} : readSettingsFile(file);
  const all = { ...fromFile, ...environment(env), ...given };
  const json = flags.json ?? false;
  if (flags["self-test"]) return { kind: "self-test", json, settings: check(all) };
  if (json) throw exitError(2, "--json goes with --self-test.");
  const { platformUrl, ...settings } = check(all);
  if (platformUrl === undefined)
    throw exitError(2, "Say where the platform is with --url or NETCHECK_URL.");
  return { kind: "run", settings: { platformUrl, ...settings } };
}

function readFlags(argv: string[]) {
  try {
    const flags = parseArgs({ args: argv, options: { ...OPTIONS, ...FLAGS } }).values;
    const given: Given = {};
    for (const name of optionNames)
      if (flags[name] !== undefined) given[name] = String(flags[name]);
    return { flags, given };
  } catch (cause) {
    throw exitError(2, `${messageOf(cause)} See --help.`, cause);
  }
}

/** An empty variable counts as none, but for the list, where empty is an answer. */
function environment(env: Env): Given {
  const given: Given = {};
  for (const name of optionNames) {
    const value = env[OPTIONS[name].env];
    if (value || (name === "allow" && value === "")) given[name] = value;
  }
  return given;
}

function check(given: Given): SelfTestSettings {
  const insecure = readSwitch(given.insecure);
  return {
    platformUrl: given.url ? readUrl(given.url, insecure) : undefined,
    token: given.token || undefined,
    stateFile: given.state || undefined,
    insecure,
    concurrency: readConcurrency(given.concurrency || "50"),
    allow: readAllow(given.allow ?? ""),
    region: readRegion(given.region),
    logLevel: readLogLevel(given["log-level"] || "INFO"),
  };
}

function readUrl(text: string, insecure: boolean) {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw exitError(
      2,
      `${labelOf("url")}: "${text}" is not an address such as https://netcheck.example.com.`,
    );
  if (url.username || url.password)
    throw exitError(2, `${labelOf("url")} may not carry a name or password.`);
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !insecure)
    throw exitError(
      2,
      `${url.origin} is not encrypted and not this host: use https://, or --insecure to accept that.`,
    );
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api\/v1$/, "");
  return `${url.origin}${path}/api/v1`;
}

function readSwitch(text = "false") {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off|)$/i.test(text)) return false;
  throw exitError(2, `${labelOf("insecure")} is true or false, not "${text}".`);
}

function readConcurrency(text: string) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value;
  throw exitError(2, `${labelOf("concurrency")} is a whole number from 1 to 1000, not "${text}".`);
}

function readAllow(text: string) {
  try {
    return parseAllowList(text);
  } catch (cause) {
    throw exitError(2, `${labelOf("allow")}: ${messageOf(cause)}`, cause);
  }
}

function readRegion(text: string | undefined) {
  if (!text || text.length <= 64) return text || undefined;
  throw exitError(2, `${labelOf("region")} is at most 64 characters long.`);
}

function readLogLevel(text: string) {
  const level = parseLogLevel(text);
  if (level) return level;
  throw exitError(2, `${labelOf("log-level")} is DEBUG, INFO, WARNING or ERROR, not "${text}".`);
}
