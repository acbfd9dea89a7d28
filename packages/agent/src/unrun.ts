import type { FailureCode } from "@netcheck/wire/failure";
import type { EndedBy } from "@netcheck/wire/result-word";

import { failure } from "./failure.ts";
import type { Outcome } from "./probe.ts";

/** Outcomes that say nothing about a target: this agent did not run the check, or not to its end. */

export function unsupported(kind: string) {
  return unrun("unsupported", `This agent knows no requests of the kind ${kind}.`);
}

/** A mistake of this program; what it was stands in its log. */
export function broken() {
  const message =
    "This agent broke down while it ran this check. That says nothing about the target.";
  return unrun("internal", message);
}

/** The check's time was over and it did not end. */
export function overdue(endedBy: "timeout" | "deadline") {
  const message =
    "This agent could not bring this check to an end within its time. That says nothing about the target.";
  return unrun("overdue", message, endedBy);
}

export function givenBack(times: number) {
  const message = `This check was begun ${times} times, and the agent ended each time before it had answered. It is not run again; that says nothing about the target.`;
  return unrun("given_back", message);
}

function unrun(code: FailureCode<"run">, message: string, endedBy: EndedBy | null = null): Outcome {
  const failed = failure("agent", "run", code, message);
  return { failure: failed, result: { steps: [], endedBy } };
}
