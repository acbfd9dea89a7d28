import type { EndedBy } from "@netcheck/wire/result-word";

import type { Failure } from "./failure.ts";

/** Which of the rules about time fired a signal; without a reason of its own it was `timeoutMs`. */
export function endedByTime({ reason }: AbortSignal): EndedBy {
  return reason === "deadline" || reason === "stopped" ? reason : "timeout";
}

/** Which rule of ours ended a check that failed so, null if none did. */
export function endedBy(failure: Failure | undefined, signal: AbortSignal): EndedBy | null {
  if (failure?.failedPhase === "policy") return "policy";
  return failure?.error.code === "timeout" && signal.aborted ? endedByTime(signal) : null;
}
