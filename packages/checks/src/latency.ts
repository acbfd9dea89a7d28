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
