import type { Blame, FailedPhase, FailureCode } from "@netcheck/wire/failure";
import type { FailureSource } from "@netcheck/wire/message";

import { cleanText } from "./text.ts";

/** What stood in the way of a check, whose fault it is and how far the check came. */
export type Failure = {
  failureSource: FailureSource;
  failedPhase: FailedPhase;
  error: { code: FailureCode; message: string };
};

/** Of what the wire's catalogue has: another code, or the fault of another, does not compile. */
export function failure<P extends FailedPhase, C extends FailureCode<P>>(
  failureSource: Blame<P, C>,
  failedPhase: P,
  code: C,
  message: string,
): Failure {
  return { failureSource, failedPhase, error: { code, message: cleanText(message, 1_000) } };
}

/** The same failure, told otherwise. */
export function reworded({ error, ...failed }: Failure, message: string): Failure {
  return { ...failed, error: { ...error, message: cleanText(message, 1_000) } };
}

export function policyFailure(message: string) {
  return failure("agent", "policy", "refused_by_policy", message);
}
