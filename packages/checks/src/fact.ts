export type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Fields = {};

/** Of what may be anything at all. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && !Array.isArray(value) ? { ...value } : NOTHING;
}

/** Up to an hour, as everything that an agent times. */
export function isMs(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 3_600_000;
}

export function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

export function isCodeName(value: unknown): value is string {
  return typeof value === "string" && /^[A-Z0-9]{1,16}$/.test(value);
}

/** How long the whole check took, where every type that times it says so. */
export function totalOf(timings: unknown) {
  const { total: totalMs } = fieldsOf(timings);
  return isMs(totalMs) ? { totalMs } : {};
}
