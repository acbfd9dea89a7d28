import { expect, it } from "vitest";

import { createMemory } from "./memory.ts";

it("remembers the last checks and forgets the oldest", () => {
  const memory = createMemory<string>(3);
  for (const id of ["a", "b", "c", "d"]) memory.add(id, undefined, `message ${id}`);
  expect(memory.get("a")).toBeUndefined();
  expect(memory.get("b")).toMatchObject({ state: "running", deliveries: ["message b"] });
  memory.forget("b");
  expect(memory.get("b")).toBeUndefined();
});

it("tells which checks run and which answers are still unconfirmed", () => {
  const memory = createMemory<string>();
  memory.add("running", undefined, "m");
  memory.add("confirmed", undefined, "m").state = "confirmed";
  const answered = memory.add("answered", "r", "m");
  answered.state = "answered";
  expect(memory.all("answered")).toEqual([answered]);
  expect(memory.all("running").map(({ id }) => id)).toEqual(["running"]);
});
