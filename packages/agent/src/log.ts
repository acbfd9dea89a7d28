const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;

export type LogLevel = (typeof LEVELS)[number];
type Fields = Record<string, string | number | boolean | undefined>;

let threshold: number = LEVELS.indexOf("INFO");

/** Reads `LOG_LEVEL`; undefined if there is no such level. CRITICAL counts as ERROR. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const name = text.toUpperCase() === "CRITICAL" ? "ERROR" : text.toUpperCase();
  return LEVELS.find((level) => level === name);
}

/** Lines below `level` are dropped from now on. */
export function setLogLevel(level: LogLevel) {
  threshold = LEVELS.indexOf(level);
}

function write(level: LogLevel, message: string, fields: Fields = {}) {
  if (LEVELS.indexOf(level) < threshold) return;
  const line = { at: new Date().toISOString(), level, message, ...fields };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** One JSON line an event on standard error. Fields are plain values, so no secret rides along in an object. */
export const log = {
  debug: (message: string, fields?: Fields) => write("DEBUG", message, fields),
  info: (message: string, fields?: Fields) => write("INFO", message, fields),
  warn: (message: string, fields?: Fields) => write("WARNING", message, fields),
  error: (message: string, fields?: Fields) => write("ERROR", message, fields),
};
