import type { Answer } from "./check-type.ts";

/** What is known of those that got the type's own answer. */
export function finishedFacts<F extends object>(answers: readonly Answer<F>[]): F[] {
  return answers.flatMap(({ status, facts }) => (status === "finished" && facts ? [facts] : []));
}

/** How often each value is there; null for none at all. */
export function countsOf(values: readonly (string | number)[]): Record<string, number> | null {
  if (values.length === 0) return null;
  const groups = Map.groupBy(values, String);
  return Object.fromEntries([...groups].map(([value, same]) => [value, same.length]));
}

/** Milliseconds; `p95` is by nearest rank, so it was measured, and `mean` is to the microsecond. */
export type Latency = { min: number; mean: number; p95: number; max: number };

/** Null for no measurement at all: there is no latency of nothing. */
export function latencyOf(values: readonly number[]): Latency | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1];
  if (min === undefined || max === undefined || p95 === undefined) return null;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return { min, mean: Math.round((sum / sorted.length) * 1000) / 1000, p95, max };
}
