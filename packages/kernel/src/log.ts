import { AsyncLocalStorage } from "node:async_hooks";

/** From the least to the worst. */
export const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;

export type LogLevel = (typeof LEVELS)[number];
type Fields = Record<string, unknown>;

const fields = new AsyncLocalStorage<Fields>();
let threshold = LEVELS.indexOf("INFO");

/** Lines below `level` are dropped from now on. `LOG_LEVEL` of every entry point. */
export function setLogLevel(level: LogLevel) {
  threshold = LEVELS.indexOf(level);
}

/** Everything logged inside `run` carries `extra`. The one place where context is ambient. */
export function withLogFields<T>(extra: Fields, run: () => T) {
  return fields.run({ ...fields.getStore(), ...extra }, run);
}

function write(level: LogLevel, message: string, extra: Fields = {}) {
  if (LEVELS.indexOf(level) >= threshold) put(level, message, extra);
}

function put(level: LogLevel, message: string, extra: Fields = {}) {
  const line = { at: new Date().toISOString(), level, message, ...fields.getStore(), ...extra };
  process.stderr.write(`${JSON.stringify(line, errorsToObjects)}\n`);
}

function errorsToObjects(_key: string, value: unknown) {
  if (typeof value === "bigint") return String(value);
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
}

/** One JSON line an event on standard error; standard output stays the program's own. */
export const log = {
  debug: (message: string, extra?: Fields) => write("DEBUG", message, extra),
  info: (message: string, extra?: Fields) => write("INFO", message, extra),
  warn: (message: string, extra?: Fields) => write("WARNING", message, extra),
  error: (message: string, extra?: Fields) => write("ERROR", message, extra),
  /** Written whatever the level is: for lines that a machine counts. */
  record: (message: string, extra?: Fields) => put("INFO", message, extra),
};
