import { describe, expect, it } from "vitest";

import type { Platform } from "./ctx-for.ts";
import { isDue } from "./schedule-round.ts";
import { runAll } from "./schedules.ts";

describe("a round", () => {
  const minutes = Array.from({ length: 120 }, (_, i) => new Date(Date.UTC(2026, 0, 1, 0, i, 17)));

  it.each([
    [10, 120],
    [60, 120],
    [300, 24],
    [3_600, 2],
  ])("[KRN-42] has what is due every %i s in %i of 120 minutes", (everySeconds, times) => {
    expect(minutes.filter((at) => isDue(everySeconds, at))).toHaveLength(times);
  });

  it("[KRN-42] gives each its turn, beside one that fails and one that hangs", async () => {
    const done: string[] = [];
    const never = new Promise<void>(() => undefined);
    const schedule = (name: string, run: () => Promise<void>) => ({
      name,
      everySeconds: 60,
      limitSeconds: 0.02,
      run: async () => run,
    });
    const all = [
      schedule("fails", async () => {
        throw new Error("no");
      }),
      schedule("hangs", () => never),
      schedule("works", async () => void done.push("works")),
    ];
    await expect(runAll({} as Platform, all)).rejects.toThrow(AggregateError);
    expect(done).toEqual(["works"]);
  });
});
