import type { AllowList } from "@netcheck/wire/address";

import type { Failure } from "./failure.ts";

/** `signal` fires when the check's time is over. */
export type ProbeContext = { allow: AllowList; signal: AbortSignal };

/** What a check learnt; with a failure, what it learnt until then. */
export type Outcome = { result: Record<string, unknown>; failure?: Failure };
