const TIMES = new Set(["durationMs", "ms", "rtt", "min", "avg", "max", "stddev"]);
const OF_TIMES = new Set(["timings"]);

/** A recorded result as text, in which what differs from run to run is always the same. */
export function steadied(value: unknown) {
  return JSON.stringify(value, (key, it: unknown) => {
    if (TIMES.has(key) && typeof it === "number") return 0;
    if (OF_TIMES.has(key) && isFields(it))
      return Object.keys(it).map((name) => [name, it[name] === null]);
    return key === "date" ? "" : it;
  });
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
