import { ASKED, SAID } from "@netcheck/wire/kind";
import { expect, it } from "vitest";

import { ALL } from "./contexts.ts";
import { consumedBy, QUEUES } from "./queues.ts";

it("[AGT-27] every kind that agents say is carried to a queue that a context takes from", () => {
  const taken = ALL.flatMap(consumedBy);
  for (const { carriedTo } of Object.values(SAID)) expect(taken).toContain(carriedTo);
});

it("[AGT-27] every kind that agents are asked lies in a queue that a context fills", () => {
  const filled = ALL.flatMap(({ fills }) => fills);
  for (const { takenFrom } of Object.values(ASKED)) expect(filled).toContain(takenFrom);
});

it("every queue is there once", () => {
  const names = QUEUES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
