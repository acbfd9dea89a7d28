import { setTimeout as pause } from "node:timers/promises";

import type { Platform } from "@netcheck/api/ctx-for";
import { runSchedule, type Scheduled, SCHEDULES } from "@netcheck/api/schedules";
import { log } from "@netcheck/kernel/log";

/** The local stand-in for EventBridge: each schedule in its rhythm, side by side, never over itself. */
export async function runSchedules(platform: Platform, signal: AbortSignal) {
  await Promise.all(SCHEDULES.map((schedule) => repeat(schedule, platform, signal)));
}

async function repeat(schedule: Scheduled, platform: Platform, signal: AbortSignal) {
  const { name: named, everySeconds } = schedule;
  while (!signal.aborted) {
    await pause(everySeconds * 1_000, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await runSchedule(platform, schedule);
    } catch (error) {
      log.error("schedule failed, next time again", { schedule: named, error });
    }
  }
}
