import type { AllowList } from "@netcheck/wire/address";

import type { Failure } from "./failure.ts";
import type { Network } from "./network.ts";

/** `signal` fires when the check's time is over; `network` is this host's unless a test says otherwise. */
export type ProbeContext = { allow: AllowList; signal: AbortSignal; network?: Network };

/** What a check learnt; with a failure, what it learnt until then. */
export type Outcome = { result: Record<string, unknown>; failure?: Failure };
