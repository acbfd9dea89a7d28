import { expect, it } from "vitest";

import { createClock } from "./clock.ts";
import { setLogLevel } from "./log.ts";
import { createTimekeeper } from "./timekeeper.ts";

it("[PRB-96] the platform is asked once at a time, again after a failure, and not when nothing is due", async () => {
  setLogLevel("ERROR");
  const clock = createClock();
  let asked = 0;
  const answers: ((reason: string | undefined) => void)[] = [];
  const keepTime = createTimekeeper(clock, () => {
    asked += 1;
    return new Promise((resolve) => answers.push(resolve));
  });
  const first = keepTime();
  void keepTime();
  expect(asked).toBe(1);
  answers[0]?.("it answers 502");
  await first;
  const second = keepTime();
  expect(asked).toBe(2);
  clock.adjust({ serverTime: Date.now(), sentAt: clock.steady(), receivedAt: clock.steady() });
  answers[1]?.(undefined);
  await second;
  await keepTime();
  expect(asked).toBe(2);
});
