import { setTimeout as sleep } from "node:timers/promises";

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * Waits after the n-th failure in a row, up to 5 s; ends early, without an error, when aborted.
 * Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function backOff(failures: number, signal: AbortSignal) {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
  await sleep(Math.random() * longest, undefined, { signal }).catch(() => undefined);
}
