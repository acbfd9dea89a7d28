const FIRST_MS = 500;
const MOST_MS = 30_000;

/**
 * Milliseconds to wait before try `attempt` (from 0) is repeated: full jitter over an exponential
 * ceiling, so that a fleet does not come back all at once
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoffMs(attempt: number, random: () => number = Math.random) {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
}
