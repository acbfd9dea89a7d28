/** The rule of ours that ended a check before the target did. */
export type EndedBy =
  | "timeout"
  | "deadline"
  | "max_redirects"
  | "body_limit"
  | "head_limit"
  | "policy"
  | "answer_limit"
  | "stopped";

/** Which of the rules about time fired a signal; without a reason of its own it was `timeoutMs`. */
export function endedByTime({ reason }: AbortSignal): EndedBy {
  return reason === "deadline" || reason === "stopped" ? reason : "timeout";
}
