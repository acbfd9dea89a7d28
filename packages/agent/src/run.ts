import type { AllowList } from "@netcheck/wire/address";
import type { CheckType, RequestHead } from "@netcheck/wire/message";

import type { Clock } from "./clock.ts";
import { elapsedMs } from "./dial.ts";
import { failure } from "./failure.ts";
import type { Network } from "./network.ts";
import type { Outcome, ProbeContext } from "./probe.ts";
import { PROBES } from "./probes.ts";
import type { Request, RequestOf } from "./request.ts";
import { responseOf } from "./response.ts";
import { messageOf } from "./text.ts";

/** What running a check needs; `allow` is read at each check, `stop` ends it early, without an answer worth keeping. */
export type RunContext = {
  allow: AllowList;
  clock: Clock;
  stop: AbortSignal;
  network?: Network;
};

/** Runs one check within its `timeoutMs` and never past its deadline, and words its answer. */
export async function run(request: Request, { clock, stop, ...context }: RunContext) {
  const startedAt = clock.now();
  const begun = performance.now();
  const limitMs = Math.min(request.options.timeoutMs, Date.parse(request.deadlineAt) - startedAt);
  const limit = new AbortController();
  const expire = () => limit.abort();
  const timer = setTimeout(expire, limitMs);
  stop.addEventListener("abort", expire);
  try {
    const outcome = await probe(request.type, request, { ...context, signal: limit.signal });
    return responseOf({ id: request.id, startedAt, durationMs: elapsedMs(begun) }, outcome);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", expire);
  }
}

/** The answer to a request that was made for a later agent than this one. */
export function decline({ id, kind }: RequestHead, { clock }: Pick<RunContext, "clock">) {
  const message = `This agent knows no requests of the kind ${kind}.`;
  const outcome = { failure: failure("agent", "run", "unsupported", message), result: {} };
  return responseOf({ id, startedAt: clock.now(), durationMs: 0 }, outcome);
}

async function probe<T extends CheckType>(
  type: T,
  request: RequestOf<T>,
  context: ProbeContext,
): Promise<Outcome> {
  try {
    return await PROBES[type].run(request, context);
  } catch (error) {
    // A fault of ours: the platform is told rather than left to wait for the deadline.
    return { failure: failure("agent", "run", "internal", messageOf(error)), result: {} };
  }
}
