import { expect, it } from "vitest";

import { orAborted, pause } from "./wait.ts";

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
