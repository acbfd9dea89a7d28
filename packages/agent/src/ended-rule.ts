import { endedByTime, type EndedBy } from "./ended-by.ts";
import type { Failure } from "./failure.ts";

/** Which rule of ours ended a check, null if none did. */
export function endedBy(failure: Failure | undefined, signal: AbortSignal): EndedBy | null {
  if (failure?.failedPhase === "policy") return "policy";
  return failure?.error.code === "timeout" && signal.aborted ? endedByTime(signal) : null;
}
