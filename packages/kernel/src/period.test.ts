import { describe, expect, it } from "vitest";

import { periodIn, periodOf, startOf, suffixOf, type Width } from "./period.ts";

const at = (text: string) => new Date(text);

describe.each<[Width, first: string, next: string, suffix: string]>([
  ["day", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "20260301"],
  ["day", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", "20240229"],
  ["day", "2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "20251231"],
  ["day", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z", "19691231"],
  ["month", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", "202612"],
  ["month", "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z", "202701"],
  ["month", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", "202402"],
  ["month", "2100-02-01T00:00:00Z", "2100-03-01T00:00:00Z", "210002"],
  ["month", "1969-12-01T00:00:00Z", "1970-01-01T00:00:00Z", "196912"],
])("a %s from %s", (width, first, next, suffix) => {
  const period = periodOf(width, at(first));

  it("[KRN-22] begins there and ends where the next begins", () => {
    expect(startOf(width, period)).toEqual(at(first));
    expect(startOf(width, period + 1)).toEqual(at(next));
  });

  it("[KRN-22] holds its first and its last millisecond, and neither neighbour", () => {
    const before = (text: string) => new Date(Date.parse(text) - 1);
    expect(periodOf(width, before(next))).toBe(period);
    expect(periodOf(width, at(next))).toBe(period + 1);
    expect(periodOf(width, before(first))).toBe(period - 1);
  });

  it("[KRN-22] is known again by the name of its partition", () => {
    expect(suffixOf(width, period)).toBe(suffix);
    expect(periodIn(width, `entry_${suffix}`)).toBe(period);
    expect(periodIn(width, "entry_default")).toBeUndefined();
  });
});
