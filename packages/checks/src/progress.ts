import type { check, result } from "./check.sql.ts";

type Row = typeof result.$inferSelect;
type Check = Pick<typeof check.$inferSelect, "expected" | "deadlineAt">;

/** Answers in time, out of those expected. A late answer is shown and counts in nothing. */
export function progressOf(rows: readonly Row[], { expected, deadlineAt }: Check, now: Date) {
  const inTime = rows.filter(isInTime);
  const answered = inTime.length;
  const finished = inTime.filter((row) => row.status === "finished").length;
  const over = answered === expected || now >= deadlineAt;
  const absent = over ? rows.filter((row) => !isInTime(row)) : [];
  return {
    status: statusOf(over, answered),
    answered,
    missing: absent.map(({ agent, undelivered }) => ({
      agent: viewAgent(agent),
      reason: undelivered ?? ("no_answer" as const),
    })),
    summary: { finished, failed: answered - finished, missing: absent.length },
  };
}

/** One entry per answer, and once the check is over one per agent. */
export function viewResults(rows: readonly Row[], status: ReturnType<typeof statusOf>) {
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

function isInTime(row: Row) {
  return row.receivedAt !== null && row.late === false;
}

function viewAgent({ id, name, location, tags }: Row["agent"]) {
  return { id, name, ...location, tags };
}
