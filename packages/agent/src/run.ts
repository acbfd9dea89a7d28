import type { AllowList } from "@netcheck/wire/address";
import type { CheckType, RequestHead } from "@netcheck/wire/message";

import type { Clock } from "./clock.ts";
import { elapsedMs } from "./dial.ts";
import { log } from "./log.ts";
import type { Network } from "./network.ts";
import type { Outcome, ProbeContext } from "./probe.ts";
import { PROBES } from "./probes.ts";
import type { Request, RequestOf } from "./request.ts";
import { responseOf } from "./response.ts";
import { messageOf } from "./text.ts";
import { broken, overdue, unsupported } from "./unrun.ts";

/** What running a check needs; `allow` is read at each check, `stop` ends it early, without an answer worth keeping. */
export type RunContext = {
  allow: AllowList;
  clock: Clock;
  stop: AbortSignal;
  network?: Network;
};

/** A check that was told to end needs some time for its last words, ping most of all. */
const LAST_WORDS_MS = 1_000;

/** Runs one check within its `timeoutMs` and never past its deadline, and words its answer. */
export async function run(request: Request, { clock, stop, ...context }: RunContext) {
  const startedAt = clock.now();
  const begun = performance.now();
  const { timeoutMs } = request.options;
  const leftMs = Date.parse(request.deadlineAt) - startedAt;
  const rule = leftMs < timeoutMs ? "deadline" : "timeout";
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(rule), Math.min(timeoutMs, leftMs));
  const late = afterAbort(limit.signal, LAST_WORDS_MS);
  const end = () => limit.abort("stopped");
  stop.addEventListener("abort", end);
  if (stop.aborted) end();
  try {
    const { signal } = limit;
    const probing = probe(request.type, request, { ...context, now: clock.now, signal });
    const given = late.promise.then(() => overdue(rule));
    const outcome = await Promise.race([probing, given]);
    return responseOf({ id: request.id, startedAt, durationMs: elapsedMs(begun) }, outcome);
  } finally {
    clearTimeout(timer);
    late.cancel();
    stop.removeEventListener("abort", end);
  }
}

/** The answer to a request that was made for a later agent than this one. */
export function decline({ id, kind }: RequestHead, { clock }: Pick<RunContext, "clock">) {
  return responseOf({ id, startedAt: clock.now(), durationMs: 0 }, unsupported(kind));
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
    const stack = error instanceof Error ? error.stack : undefined;
    log.error("a check broke down", { check: request.id, reason: messageOf(error), stack });
    return broken();
  }
}

/** Resolves so long after the signal fires, unless it is canceled. */
function afterAbort(signal: AbortSignal, ms: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const start = () => (timer = setTimeout(resolve, ms));
  signal.addEventListener("abort", start, { once: true });
  const cancel = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", start);
  };
  return { promise, cancel };
}
