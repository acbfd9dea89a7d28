import { expect, it } from "vitest";

import { createMemory } from "./memory.ts";

it("remembers the last checks and forgets the oldest", () => {
  const memory = createMemory<string>(3);
  for (const id of ["a", "b", "c", "d"]) {
    memory.add(id, undefined, `message ${id}`).state = id === "b" ? "running" : "confirmed";
  }
  expect(memory.get("a")).toBeUndefined();
  expect(memory.get("b")).toMatchObject({ state: "running", deliveries: ["message b"] });
  memory.forget("b");
  expect(memory.get("b")).toBeUndefined();
});

it("[PRB-11] forgets none that is not done with, however long it takes", () => {
  const memory = createMemory<string>(2);
  const slow = memory.add("slow", undefined, "m");
  for (const id of ["a", "b", "c"]) memory.add(id, undefined, "m").state = "confirmed";
  expect(memory.get("slow")).toBe(slow);
  expect(memory.get("b")).toBeUndefined();
  for (const id of ["d", "e", "f"]) memory.add(id, undefined, "m");
  expect(memory.all("running")).toHaveLength(4);
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
