import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { latencyOf } from "./aggregate.ts";

describe("latency", () => {
  it("[CHK-14] NC-B-30 equals what is worked out by hand", () => {
    expect(latencyOf([40, 10, 30, 20])).toEqual({ min: 10, mean: 25, p95: 40, max: 40 });
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(latencyOf(hundred)).toEqual({ min: 1, mean: 50.5, p95: 95, max: 100 });
    const twenty = hundred.slice(0, 20);
    expect(latencyOf(twenty)).toEqual({ min: 1, mean: 10.5, p95: 19, max: 20 });
    expect(latencyOf([12.414, 15.207])?.mean).toBe(13.811);
    expect(latencyOf([7.5])).toEqual({ min: 7.5, mean: 7.5, p95: 7.5, max: 7.5 });
  });

  it("[CHK-14] of nothing is null", () => {
    expect(latencyOf([])).toBeNull();
  });

  it("[CHK-14] lies in order, whatever the order of the answers", () => {
    const values = fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (some) => {
        const { min, mean, p95, max } = latencyOf(some) ?? { min: 1, mean: 0, p95: 0, max: 0 };
        expect(min).toBeLessThanOrEqual(p95);
        expect(p95).toBeLessThanOrEqual(max);
        expect(mean).toBeGreaterThanOrEqual(min - 0.001);
        expect(mean).toBeLessThanOrEqual(max + 0.001);
        expect(some.filter((one) => one <= p95).length).toBeGreaterThanOrEqual(some.length * 0.95);
        expect(latencyOf(some.toReversed())).toMatchObject({ min, p95, max });
      }),
    );
  });
});
