import type { result } from "./check.sql.ts";
import type { Facts } from "./facts.ts";

/** An answer that came in time, without its body. */
export type Answer = Pick<typeof result.$inferSelect, "status" | "failureSource" | "facts">;

/** Of those that got the type's own answer. */
export function finishedFacts(answers: readonly Answer[]): Facts[] {
  return answers.flatMap(({ status, facts }) => (status === "finished" && facts ? [facts] : []));
}
