const FIRST_MS = 200;
const LONGEST_MS = 15_000;
const MINUTE_MS = 60_000;

/** How many times a minute a program is brought back. */
export const RESTARTS_A_MINUTE = 10;

/**
 * How long to wait before the next restart: twice as long after each one within the last minute, and
 * until the oldest leaves that minute once there were ten. All in milliseconds.
 */
export function restartDelay(restartedAtMs: readonly number[], nowMs: number): number {
  const recent = restartedAtMs.filter((at) => nowMs - at < MINUTE_MS);
  const oldest = recent.at(-RESTARTS_A_MINUTE);
  if (oldest !== undefined) return oldest + MINUTE_MS - nowMs;
  return Math.min(FIRST_MS * 2 ** recent.length, LONGEST_MS);
}
