import { jobCtx, type Platform } from "./ctx-for.ts";
import { findDue, settleDue } from "./due-mark.ts";
import { runAll, type Scheduled } from "./schedules.ts";

const ROUND_SECONDS = 60;

/**
 * Each minute, what is due in it. What asks Redis itself runs if that says so, and the rest only if
 * somebody has written since the last round that left nothing, so that a database nobody uses sleeps.
 * A round is called after the first of its schedules, for no other has it. Throws after all were tried.
 */
export async function minutely(platform: Platform, schedules: readonly Scheduled[]) {
  const at = platform.now();
  const due = schedules.filter(({ everySeconds }) => isDue(everySeconds, at));
  const asking = due.filter(({ asks }) => asks);
  const others = due.filter(({ asks }) => !asks);
  const [round = ""] = schedules.map(({ name }) => name);
  const [mark] = await Promise.all([findDue(platform.redis, round), runAsking(platform, asking)]);
  if (mark === undefined) return;
  const found = await runAll(platform, others);
  // A number is how many things were found: there may be more of them.
  const isClean = found.every((one) => typeof one !== "number" || one === 0);
  if (isClean) await settleDue(platform.redis, round, mark, at);
}

/** Each day: everything, whether anybody has written or not. */
export async function daily(platform: Platform, schedules: readonly Scheduled[]) {
  await runAll(platform, schedules);
}

/** Whether a turn of this rhythm begins in the minute of this instant. */
export function isDue(everySeconds: number, at: Date) {
  const minute = Math.floor(at.getTime() / 1_000 / ROUND_SECONDS) * ROUND_SECONDS;
  return everySeconds <= ROUND_SECONDS || minute % everySeconds < ROUND_SECONDS;
}

async function runAsking(platform: Platform, schedules: readonly Scheduled[]) {
  const asked = await Promise.all(
    schedules.map(async (schedule) => {
      const ask = await schedule.asks?.();
      return ask === undefined || (await ask(jobCtx(platform, schedule.name))) ? [schedule] : [];
    }),
  );
  await runAll(platform, asked.flat());
}
