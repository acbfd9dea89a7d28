import { setTimeout as pause } from "node:timers/promises";

import { type Platform, jobCtx } from "@netcheck/api/platform";
import { SCHEDULES } from "@netcheck/api/schedules";
import { log, withLogFields } from "@netcheck/kernel/log";

/** The local stand-in for EventBridge: each schedule in its rhythm, never over itself. */
export async function runSchedules(platform: Platform, signal: AbortSignal) {
  await Promise.all(SCHEDULES.map((schedule) => runSchedule(schedule, platform, signal)));
}

async function runSchedule(
  { name, everySeconds, run }: (typeof SCHEDULES)[number],
  platform: Platform,
  signal: AbortSignal,
) {
  while (!signal.aborted) {
    await pause(everySeconds * 1_000, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    await withLogFields({ schedule: name }, async () => {
      try {
        await run(jobCtx(platform, name));
      } catch (error) {
        log.error("schedule failed, next time again", { error });
      }
    });
  }
}
