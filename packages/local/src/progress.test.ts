import { expect, test } from "vitest";

import { showProgress } from "./progress.ts";

function screenOf(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 40, written, write: (text: string) => written.push(text) };
}

test("where the output is no terminal there is one plain line for each thing done", async () => {
  const screen = screenOf(false);
  let now = 0;
  const progress = showProgress(screen, () => now);
  const work = Promise.withResolvers<string>();
  const tracked = progress.track("postgres", work.promise);
  now = 1_240;
  work.resolve("outcome");
  expect(await tracked).toBe("outcome");
  progress.line("port 1 is taken");
  progress.end();
  expect(screen.written).toEqual(["✓  1.2 s  postgres\n", "port 1 is taken\n"]);
  expect(progress.doneAfterMs).toEqual({ postgres: 1_240 });
});

test("on a terminal the lines are drawn over one another, and a message stays above them", async () => {
  const screen = screenOf(true);
  let now = 0;
  const progress = showProgress(screen, () => now);
  const work = Promise.withResolvers<void>();
  const tracked = progress.track("redis", work.promise);
  progress.line("hello");
  now = 300;
  work.resolve();
  await tracked;
  progress.end();
  expect(screen.written.slice(0, 2)).toEqual(["hello\n", "…  0.0 s  redis\n"]);
  expect(screen.written.at(-1)).toBe("\u001B[1A\u001B[J✓  0.3 s  redis\n");
});

test("a failure is shown on a terminal and passed on", async () => {
  const screen = screenOf(true);
  const progress = showProgress(screen, () => 0);
  await expect(progress.track("sqs", Promise.reject(new Error("no")))).rejects.toThrow("no");
  progress.end();
  expect(screen.written.at(-1)).toContain("✗  0.0 s  sqs");
});
