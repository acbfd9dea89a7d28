import { log } from "./log.ts";

const totals = new Map<string, number>();

/** Adds to a counter and logs the step, so that it is seen whether or not anyone scrapes it. */
export function count(name: string, extra: Record<string, unknown> = {}) {
  totals.set(name, (totals.get(name) ?? 0) + 1);
  log.info("counted", { metric: name, ...extra });
}

/** What was counted since this process began. */
export function counters(): ReadonlyMap<string, number> {
  return totals;
}
