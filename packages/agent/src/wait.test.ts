import { expect, it } from "vitest";

import { orAborted, pause, within } from "./wait.ts";

it("a pause ends at once when it is called off, before or while it runs", async () => {
  const controller = new AbortController();
  const paused = pause(60_000, controller.signal);
  controller.abort();
  await paused;
  await pause(60_000, controller.signal);
});

it("a promise's value or failure passes through, unless the signal fires first", async () => {
  const controller = new AbortController();
  await expect(orAborted(Promise.resolve(1), controller.signal)).resolves.toBe(1);
  await expect(orAborted(Promise.reject(new Error("x")), controller.signal)).rejects.toThrow("x");
  const forever = orAborted(new Promise(() => undefined), controller.signal);
  controller.abort();
  await expect(forever).resolves.toBeUndefined();
});

it("a promise has its time, and fails with a message after it", async () => {
  await expect(within(Promise.resolve(1), 1_000, "late")).resolves.toBe(1);
  await expect(within(Promise.reject(new Error("x")), 1_000, "late")).rejects.toThrow("x");
  await expect(within(new Promise(() => undefined), 1, "late")).rejects.toThrow("late");
});

it("what nobody waits for any more may fail without ending the process", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  const late = new AbortController();
  const failing = () => Promise.reject(new Error("too late"));
  expect(await orAborted(failing(), AbortSignal.abort())).toBeUndefined();
  const waited = orAborted(pause(5, new AbortController().signal).then(failing), late.signal);
  late.abort();
  expect(await waited).toBeUndefined();
  await pause(20, new AbortController().signal);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});
