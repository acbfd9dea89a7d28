import { log, withLogFields } from "@netcheck/kernel/log";
import type { Schedule } from "@netcheck/kernel/schedule";
import { within } from "@netcheck/kernel/time";

import { ALL, type ApiCtx } from "./contexts.ts";
import { jobCtx, type Platform } from "./ctx-for.ts";

/** A schedule of any context. */
export type Scheduled = Schedule<ApiCtx>;

const LIMIT_SECONDS = 50;

/** All that is done by the clock. */
export const SCHEDULES: readonly Scheduled[] = ALL.flatMap(({ schedules }) => schedules);

/** One turn of one schedule, within its time limit. Answers what it found; throws what it threw. */
export async function runSchedule(platform: Platform, { name, run, limitSeconds }: Scheduled) {
  return await withLogFields({ schedule: name }, async () => {
    const turn = (await run())(jobCtx(platform, name));
    return await within((limitSeconds ?? LIMIT_SECONDS) * 1_000, turn);
  });
}

/** Side by side: one that fails or hangs keeps no other from its turn. Throws after all were tried. */
export async function runAll(platform: Platform, schedules: readonly Scheduled[]) {
  const turns = await Promise.allSettled(schedules.map((one) => runSchedule(platform, one)));
  const errors = turns.flatMap((turn, i) => {
    if (turn.status === "fulfilled") return [];
    const error: unknown = turn.reason;
    log.error("schedule failed", { schedule: schedules[i]?.name, error });
    return [error];
  });
  if (errors.length > 0) throw new AggregateError(errors, "Not every schedule ran.");
  return turns.flatMap((turn) => (turn.status === "fulfilled" ? [turn.value] : []));
}
