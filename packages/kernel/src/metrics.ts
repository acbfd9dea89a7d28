import { log } from "./log.ts";

const totals = new Map<string, number>();

/** Adds one to a counter, and logs it with its total since this process began. */
export function count(metric: string, extra: Record<string, unknown> = {}) {
  const total = (totals.get(metric) ?? 0) + 1;
  totals.set(metric, total);
  log.info("counted", { metric, total, ...extra });
}
