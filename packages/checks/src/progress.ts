import type { Answer } from "./check-type.ts";
import { type Facts, summarise } from "./check-types.ts";
import type { check, result } from "./check.sql.ts";

type Row = typeof result.$inferSelect;
type Check = Pick<typeof check.$inferSelect, "type" | "expected" | "deadlineAt">;
type Standing = Answer<Facts> & Pick<Row, "receivedAt" | "late">;

export type Status = ReturnType<typeof statusOf>;

/** Answers in time, out of those expected. A late answer is shown and counts in nothing. */
export function progressOf(rows: readonly Standing[], check: Check, now: Date) {
  const { type, expected, deadlineAt } = check;
  const inTime = rows.filter(isInTime);
  const answered = inTime.length;
  const finished = inTime.filter((row) => row.status === "finished").length;
  const over = answered === expected || now >= deadlineAt;
  const missing = over ? expected - answered : 0;
  return {
    status: statusOf(over, answered),
    answered,
    summary: { finished, failed: answered - finished, missing, ...summarise(type, inTime) },
  };
}

/** Who did not answer in time, once the check is over, and why if it was told. */
export function missingOf(rows: readonly Row[], status: Status) {
  const absent = status === "finished" ? rows.filter((row) => !isInTime(row)) : [];
  return absent.map(({ agent, undelivered }) => ({
    agent: viewAgent(agent),
    reason: undelivered ?? ("no_answer" as const),
  }));
}

/** One entry per answer, and once the check is over one per agent. */
export function viewResults(rows: readonly Row[], status: Status) {
  const shown = rows.filter((row) => row.receivedAt !== null || status === "finished");
  return shown.map((row) => ({
    agent: viewAgent(row.agent),
    status: row.status ?? ("missing" as const),
    late: row.late ?? false,
    failureSource: row.failureSource,
    failedPhase: row.failedPhase,
    error: row.error,
    startedAt: row.startedAt,
    durationMs: row.durationMs,
    receivedAt: row.receivedAt,
    result: row.result,
  }));
}

function statusOf(over: boolean, answered: number) {
  if (over) return "finished" as const;
  return answered === 0 ? ("pending" as const) : ("running" as const);
}

function isInTime({ receivedAt, late }: Pick<Row, "receivedAt" | "late">) {
  return receivedAt !== null && late === false;
}

function viewAgent({ id, name, location, tags }: Row["agent"]) {
  return { id, name, ...location, tags };
}
