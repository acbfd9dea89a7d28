import { expect, it } from "vitest";

import { createClock } from "./clock.ts";

it("tells the platform's time by the middle of the call, however wrong this host's clock is", () => {
  const clock = createClock(() => 5_000);
  expect(clock.now()).toBe(5_000);
  const serverTime = new Date(1_000_000).toISOString();
  clock.adjust({ serverTime, sentAt: 4_000, receivedAt: 4_200 });
  expect(clock.offsetMs()).toBe(995_900);
  expect(clock.now()).toBe(1_000_900);
});
