import type { Answer } from "./check-type.ts";

/** Of those that got the type's own answer. */
export function finishedFacts<F extends object>(answers: readonly Answer<F>[]): F[] {
  return answers.flatMap(({ status, facts }) => (status === "finished" && facts ? [facts] : []));
}
