import { expect, it } from "vitest";

import { idSchema, lowestId, newId } from "./id.ts";

it("ids sort by time, and within a millisecond by the order they were made", () => {
  const at = new Date("2026-01-05T12:00:00Z");
  const ids: string[] = Array.from({ length: 1_000 }, () => newId<"check">(at));
  const later: string = newId<"check">(new Date(at.getTime() + 1));
  expect([...ids, later]).toEqual([...ids, later].toSorted());
  expect(new Set(ids).size).toBe(1_000);
});

it("an id is a UUID of version 7 and of no other", () => {
  const schema = idSchema<"check">();
  expect(schema.safeParse(newId(new Date())).success).toBe(true);
  expect(schema.safeParse(crypto.randomUUID()).success).toBe(false);
  expect(schema.safeParse("00000000-0000-0000-0000-000000000000").success).toBe(false);
});

it("[KRN-22] every id of an instant or later is above its lowest, every earlier one below", () => {
  const at = new Date("2026-03-01T00:00:00Z");
  const lowest: string = lowestId(at);
  expect(newId<"check">(at) >= lowest).toBe(true);
  expect(newId<"check">(new Date(at.getTime() - 1)) < lowest).toBe(true);
});

it("an instant that no id can name has the nearest that one can", () => {
  expect(lowestId(new Date("0001-01-01T00:00:00Z"))).toBe("00000000-0000-0000-0000-000000000000");
  expect(lowestId(new Date(8.64e15))).toBe("ffffffff-ffff-0000-0000-000000000000");
});
