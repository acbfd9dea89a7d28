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

it("takes what the call itself may have cost for no offset", () => {
  const clock = createClock(() => 5_000);
  const at = (ms: number) => new Date(ms).toISOString();
  clock.adjust({ serverTime: at(4_199), sentAt: 4_000, receivedAt: 4_200 });
  expect(clock.offsetMs()).toBe(0);
  clock.adjust({ serverTime: at(4_300), sentAt: 4_000, receivedAt: 4_200 });
  expect(clock.offsetMs()).toBe(200);
});
