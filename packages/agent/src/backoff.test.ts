import { expect, it } from "vitest";

import { backoffMs } from "./backoff.ts";

it("waits anything from nothing to a ceiling that doubles from 0.5 s to 30 s", () => {
  const ceilings = [0, 1, 2, 5, 6, 7, 100, 5_000].map((attempt) => backoffMs(attempt, () => 1));
  expect(ceilings).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  expect(backoffMs(3, () => 0)).toBe(0);
  expect(backoffMs(3, () => 0.5)).toBe(2_000);
});
