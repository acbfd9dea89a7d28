import type { AllowList } from "@netcheck/wire/address";
import type { CheckType } from "@netcheck/wire/message";

import type { Failure } from "./failure.ts";
import type { Network } from "./network.ts";
import type { RequestOf } from "./request.ts";

/**
 * `signal` fires when the check's time is over; `network` is this host's unless a test says otherwise.
 * `now` is the platform's time in epoch milliseconds, by which dates are judged; this host's own
 * without it.
 */
export type ProbeContext = {
  allow: AllowList;
  signal: AbortSignal;
  now?(): number;
  network?: Network;
};

/** What a check learnt; with a failure, what it learnt until then. */
export type Outcome = { result: Record<string, unknown>; failure?: Failure };

/** How this program runs checks of a type. */
export type Probe<T extends CheckType> = {
  run(request: RequestOf<T>, context: ProbeContext): Promise<Outcome>;
  /** Of a type that not every host can run. */
  trial?: Trial;
  /** Runs against a web server on this host itself, for the self-test. */
  runHere?(port: number, context: ProbeContext): Promise<Outcome>;
};

export type Trial = {
  /** Whether this host can run it. */
  passes(network: Pick<Network, "ping">): Promise<boolean>;
  /** What the host showed by that. */
  shows: string;
  /** What a host must have. */
  needs: string;
};
