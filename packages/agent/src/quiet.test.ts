import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { collectWhenQuiet } from "./quiet.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched() {
  const work = { begun: 0, running: 0, collected: 0 };
  const counts = { begun: () => work.begun, running: () => work.running };
  collectWhenQuiet(counts, () => (work.collected += 1));
  return work;
}

it("collects once when there was work and none is left", () => {
  const work = watched();
  work.begun = 500;
  vi.advanceTimersByTime(20_000);
  expect(work.collected).toBe(0);
  vi.advanceTimersByTime(20_000);
  expect(work.collected).toBe(1);
  vi.advanceTimersByTime(600_000);
  expect(work.collected).toBe(1);
});

it("waits while a check runs, however long ago it began", () => {
  const work = watched();
  Object.assign(work, { begun: 500, running: 1 });
  vi.advanceTimersByTime(60_000);
  expect(work.collected).toBe(0);
  work.running = 0;
  vi.advanceTimersByTime(20_000);
  expect(work.collected).toBe(1);
});

it("leaves it at that after few checks", () => {
  const work = watched();
  work.begun = 499;
  vi.advanceTimersByTime(60_000);
  expect(work.collected).toBe(0);
});
