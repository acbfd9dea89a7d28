import type { FailureSource, Phase } from "@netcheck/wire/message";

import { cleanText } from "./text.ts";

/** What stood in the way of a check, whose fault it is and how far the check came. */
export type Failure = {
  failureSource: FailureSource;
  failedPhase: Phase;
  error: { code: string; message: string };
};

export function failure(
  failureSource: FailureSource,
  failedPhase: Phase,
  code: string,
  message: string,
): Failure {
  return { failureSource, failedPhase, error: { code, message: cleanText(message, 1_000) } };
}

export function policyFailure(message: string) {
  return failure("agent", "policy", "refused_by_policy", message);
}
