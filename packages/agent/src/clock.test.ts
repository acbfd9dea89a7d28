import { describe, expect, it } from "vitest";

import { createClock } from "./clock.ts";

/** A host whose clocks stand until they are moved; the monotonic one starts at 1 s. */
function host(wallMs = 5_000) {
  let wall = wallMs;
  let steady = 1_000;
  const clock = createClock({ wall: () => wall, steady: () => steady });
  return {
    clock,
    pass: (ms: number) => {
      wall += ms;
      steady += ms;
    },
    /** Somebody sets the clock. */
    set: (ms: number) => (wall += ms),
    /** The host sleeps: its monotonic clock stands still. */
    sleep: (ms: number) => (wall += ms),
    /** An answer that took `ms`, by a platform whose clock stands at `at` when it comes. */
    answer: (at: number, ms = 0, precisionMs = 1) =>
      clock.adjust({
        serverTime: at - ms / 2,
        sentAt: steady - ms,
        receivedAt: steady,
        precisionMs,
      }),
  };
}

const STEPS = [5_000, -5_000, 3 * 3_600_000, -3 * 3_600_000];

it("tells the platform's time by the middle of the call, however wrong this host's clock is", () => {
  const { clock, answer, pass } = host();
  expect([clock.now(), clock.aheadMs()]).toEqual([5_000, 0]);
  answer(1_000_000, 200);
  pass(100);
  expect(clock.now()).toBeCloseTo(1_000_100, -1);
  expect(clock.aheadMs()).toBeCloseTo(-995_000, -1);
});

it("takes what the call itself may have cost for no offset", () => {
  const { clock, answer } = host();
  answer(5_099, 200);
  expect(clock.now()).toBe(5_000);
  answer(5_200, 200);
  expect(clock.now()).toBeCloseTo(5_200, -1);
  answer(4_900, 0, 1_000);
  expect(clock.now()).toBeCloseTo(5_200, -1);
});

describe("[PRB-96] the platform's time", () => {
  it.each(STEPS)("is what it was when the host's clock is set by %d ms", (step) => {
    const { clock, answer, pass, set } = host();
    answer(1_000_000);
    const before = clock.now();
    set(step);
    pass(20);
    expect(clock.now() - before).toBe(20);
    expect(clock.aheadMs()).toBeCloseTo(5_000 + step - 1_000_000, -1);
    const slow = 20_000;
    answer(1_000_020, slow);
    expect(clock.now() - before).toBe(20);
  });

  it("is due at the start, an hour later, and when wall clock and monotonic clock have parted", () => {
    const { clock, answer, pass, set, sleep } = host();
    expect(clock.isDue()).toBe(true);
    answer(5_000);
    expect(clock.isDue()).toBe(false);
    pass(3_600_000);
    expect(clock.isDue()).toBe(false);
    pass(1);
    expect(clock.isDue()).toBe(true);
    answer(3_605_001);
    set(1_000);
    expect(clock.isDue()).toBe(false);
    set(1);
    expect(clock.isDue()).toBe(true);
    expect(clock.isDue()).toBe(true);
    answer(3_605_001);
    expect(clock.isDue()).toBe(false);
    sleep(60_000);
    expect(clock.isDue()).toBe(true);
    answer(3_665_001);
    expect(clock.now()).toBeCloseTo(3_665_001, -1);
  });

  it("tells when the clock was set, and that it never was", () => {
    const { clock, answer, set } = host();
    answer(1_000_000);
    expect(clock.isDue()).toBe(false);
    expect(clock.jumpedAt()).toBeUndefined();
    set(-2_000);
    expect(clock.isDue()).toBe(true);
    expect(clock.jumpedAt()).toBeCloseTo(1_000_000, -1);
  });

  it("counts a clock that was set before a session as set", () => {
    const { clock, answer, set } = host();
    set(3_600_000);
    answer(5_000);
    expect(clock.jumpedAt()).toBe(5_000);
    expect(clock.isDue()).toBe(false);
  });
});
