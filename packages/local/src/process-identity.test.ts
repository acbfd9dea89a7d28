import { expect, test } from "vitest";

import { identify, isSame, startTimeOf } from "./process-identity.ts";

test("the start time is found behind a program name with spaces and brackets", () => {
  const head = "4242 (a (b) c) S 1 4242 4242 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 7 0";
  expect(startTimeOf(`${head} 987654 1000 200`)).toBe("987654");
});

test("a living process is itself, and another process with its number is not", () => {
  const me = identify(process.pid);
  expect(me).toBeDefined();
  if (me === undefined) return;
  expect(isSame(me)).toBe(true);
  expect(isSame({ ...me, startedAt: "1" })).toBe(false);
});
