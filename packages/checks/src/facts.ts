/** The few values of a result that aggregates need, kept beside it so that nobody has to load it. */
export type Facts = {
  totalMs?: number;
  statusCode?: number;
  statusCodeName?: string;
  averageMs?: number;
  /** Packets. */
  sent?: number;
  received?: number;
};

type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Fields = {};

/** Reads what is where the types put it, and skips what an agent made up. */
export function factsOf({ timings, stats, statusCode, statusCodeName }: Fields): Facts {
  const { total: totalMs } = fieldsOf(timings);
  const { avg: averageMs, total: sent, rcv: received } = fieldsOf(stats);
  return {
    ...(isMs(totalMs) && { totalMs }),
    ...(isMs(averageMs) && { averageMs }),
    ...(isWhole(statusCode, 100, 999) && { statusCode }),
    ...(isCodeName(statusCodeName) && { statusCodeName }),
    ...(isWhole(sent, 0, 1_000) && { sent }),
    ...(isWhole(received, 0, 1_000) && { received }),
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && !Array.isArray(value) ? { ...value } : NOTHING;
}

/** Up to an hour, as everything that an agent times. */
function isMs(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 3_600_000;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function isCodeName(value: unknown): value is string {
  return typeof value === "string" && /^[A-Z0-9]{1,16}$/.test(value);
}
