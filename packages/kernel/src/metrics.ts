import { log } from "./log.ts";

const WINDOW_MS = 1_000;
const LINES_PER_WINDOW = 20;

type Counter = { total: number; windowFrom: number; lines: number };

const counters = new Map<string, Counter>();

/**
 * Adds one to a counter. Logs it with its total since this process began, at most 20 times a second
 * for each counter: who can make us count cannot fill the log.
 */
export function count(metric: string, extra: Record<string, unknown> = {}) {
  const now = performance.now();
  const counter = counters.get(metric) ?? { total: 0, windowFrom: now, lines: 0 };
  counters.set(metric, counter);
  counter.total += 1;
  if (now - counter.windowFrom >= WINDOW_MS) Object.assign(counter, { windowFrom: now, lines: 0 });
  if (counter.lines === LINES_PER_WINDOW) return;
  counter.lines += 1;
  log.info("counted", { metric, total: counter.total, ...extra });
}
