import { expect, test } from "vitest";

import { RESTARTS_A_MINUTE, restartDelay } from "./restart-delay.ts";

test("the first restart comes at once, each further one within a minute twice as late", () => {
  expect(restartDelay([], 0)).toBe(200);
  expect(restartDelay([0], 1_000)).toBe(400);
  expect(restartDelay([0, 1_000], 2_000)).toBe(800);
});

test("a wait is never longer than 15 s before the limit is reached", () => {
  const nine = Array.from({ length: RESTARTS_A_MINUTE - 1 }, (_, n) => n * 1_000);
  expect(restartDelay(nine, 10_000)).toBe(15_000);
});

test("after ten restarts within a minute the next waits until the oldest is a minute old", () => {
  const ten = Array.from({ length: RESTARTS_A_MINUTE }, (_, n) => n * 1_000);
  expect(restartDelay(ten, 20_000)).toBe(40_000);
  expect(restartDelay([...ten, 15_000], 20_000)).toBe(41_000);
});

test("restarts older than a minute are forgotten", () => {
  expect(restartDelay([0, 1, 2], 61_000)).toBe(200);
});
