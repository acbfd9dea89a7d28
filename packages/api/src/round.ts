import { log, withLogFields } from "@netcheck/kernel/log";

import { findDue, settleDue } from "./due.ts";
import { jobCtx, type Platform } from "./platform.ts";
import type { SCHEDULES } from "./schedules.ts";

type Schedule = (typeof SCHEDULES)[number];

/** What asks Redis itself before it wakes the database. */
const ASKS_FIRST = new Set(["agents.sweep"]);
const RARE_SECONDS = 3_600;

/**
 * Each minute: what asks Redis itself, and the rest only if somebody has written since the last round
 * that left nothing, so that a database nobody uses sleeps. Throws after all were tried.
 */
export async function minutely(platform: Platform, schedules: readonly Schedule[]) {
  const often = schedules.filter(({ everySeconds }) => everySeconds < RARE_SECONDS);
  const asking = often.filter(({ name }) => ASKS_FIRST.has(name));
  const others = often.filter(({ name }) => !ASKS_FIRST.has(name));
  await runAll(platform, asking);
  const mark = await findDue(platform.redis);
  if (mark === undefined) return;
  const at = platform.now();
  const done = await runAll(platform, others);
  // A number is how many things were found: there may be more of them.
  const isClean = done.every((found) => typeof found !== "number" || found === 0);
  if (isClean) await settleDue(platform.redis, mark, at);
}

/** Each day: everything, whether anybody has written or not. */
export async function daily(platform: Platform, schedules: readonly Schedule[]) {
  await runAll(platform, schedules);
}

/** One after another; one that fails does not keep the others from their turn. */
async function runAll(platform: Platform, schedules: readonly Schedule[]) {
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const { name, run } of schedules) {
    await withLogFields({ schedule: name }, async () => {
      try {
        results.push(await run(jobCtx(platform, name)));
      } catch (error) {
        log.error("schedule failed", { error });
        errors.push(error);
      }
    });
  }
  if (errors.length > 0) throw new AggregateError(errors, "Not every schedule ran.");
  return results;
}
