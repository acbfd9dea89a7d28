import { expect, test } from "vitest";

import { showProgress } from "./progress.ts";

/** Progress on a screen of its own, and the clock that it goes by. */
function shown(isTTY: boolean) {
  const written: string[] = [];
  const screen = { isTTY, columns: 40, write: (text: string) => written.push(text) };
  const clock = { now: 0 };
  return { written, clock, progress: showProgress(screen, () => clock.now) };
}

test("where the output is no terminal there is one plain line for each thing done", async () => {
  const { written, clock, progress } = shown(false);
  const work = Promise.withResolvers<string>();
  const tracked = progress.track("postgres", work.promise);
  clock.now = 1_240;
  work.resolve("outcome");
  expect(await tracked).toBe("outcome");
  progress.line("port 1 is taken");
  progress.end();
  expect(written).toEqual(["✓  1.2 s  postgres\n", "port 1 is taken\n"]);
  expect(progress.doneAfterMs).toEqual({ postgres: 1_240 });
});

test("on a terminal the lines are drawn over one another, and a message stays above them", async () => {
  const { written, clock, progress } = shown(true);
  const work = Promise.withResolvers<void>();
  const tracked = progress.track("redis", work.promise);
  progress.line("hello");
  clock.now = 300;
  work.resolve();
  await tracked;
  progress.end();
  expect(written.slice(0, 2)).toEqual(["hello\n", "…  0.0 s  redis\n"]);
  expect(written.at(-1)).toBe("\u001B[1A\u001B[J✓  0.3 s  redis\n");
});

test("a failure is shown on a terminal and passed on", async () => {
  const { written, progress } = shown(true);
  await expect(progress.track("sqs", Promise.reject(new Error("no")))).rejects.toThrow("no");
  progress.end();
  expect(written.at(-1)).toContain("✗  0.0 s  sqs");
});
