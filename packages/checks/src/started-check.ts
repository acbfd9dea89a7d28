import type { Id } from "@netcheck/kernel/id";
import type { CheckType } from "@netcheck/wire/message";

import type { check } from "./check.sql.ts";

/** The answer to starting a check, as it is sent and as a repeat gets it again. */
export type StartedCheck = {
  id: Id<"check">;
  type: CheckType;
  target: string;
  port: number | null;
  options: Record<string, unknown>;
  expected: number;
  truncated: boolean;
  createdAt: string;
  deadlineAt: string;
  status: "pending";
};

type Row = Omit<typeof check.$inferSelect, "createdBy">;

/** What of a check itself leaves us. */
export function viewCheck(row: Row) {
  const { id, type, target, port, options, expected, truncated, createdAt, deadlineAt } = row;
  return { id, type, target, port, options, expected, truncated, createdAt, deadlineAt };
}

export function viewStarted(row: Row): StartedCheck {
  return {
    ...viewCheck(row),
    createdAt: row.createdAt.toISOString(),
    deadlineAt: row.deadlineAt.toISOString(),
    status: "pending",
  };
}
