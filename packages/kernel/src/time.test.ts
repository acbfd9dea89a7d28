import { expect, it } from "vitest";

import { within } from "./time.ts";

it("gives up on what does not answer, and passes on what does", async () => {
  const { promise } = Promise.withResolvers();
  await expect(within(5, promise)).rejects.toThrow("No answer within 5 ms.");
  await expect(within(5, Promise.resolve("an answer"))).resolves.toBe("an answer");
});
