import type { AllowList } from "@netcheck/wire/address";
import type { CheckResponse } from "@netcheck/wire/message";

/** What to look at, as it is asked for. */
export type Asked = {
  target: string;
  port?: number | undefined;
  options: Readonly<Record<string, unknown>>;
};

/** What agents are sent: a host in the one form that resolvers and policy agree on, defaults filled. */
export type CheckedTarget<O extends { timeoutMs: number } = { timeoutMs: number }> = {
  target: string;
  port?: number;
  options: O;
};

/** An answer that came in time, without its body but for the values that aggregates need. */
export type Answer<F extends object> = {
  status: CheckResponse["status"] | null;
  failureSource: string | null;
  failedPhase: string | null;
  facts: F | null;
};

/** What the platform knows of a type of check. */
export type CheckTypeHere<F extends object> = {
  /** Fills defaults; what breaks a rule or the target policy is a 422. */
  read(asked: Asked, allow: AllowList): CheckedTarget;
  /** The few values of a result that aggregates need; what an agent made up is skipped. */
  factsOf(result: Readonly<Record<string, unknown>>): F;
  /** What the answers in time say together, `null` where they say nothing. */
  summarise(answers: readonly Answer<F>[]): object;
};
