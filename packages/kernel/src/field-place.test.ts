import { describe, expect, it } from "vitest";
import * as z from "zod";

import { placeOf } from "./field-place.ts";

const reads = [
  { target: "param", schema: z.object({ id: z.uuid() }) },
  { target: "query", schema: z.object({ limit: z.int() }) },
  {
    target: "json",
    schema: z
      .strictObject({ name: z.string() })
      .partial()
      .refine(() => true),
  },
];

describe("where a field came from", () => {
  it.each([
    ["id", "param.id"],
    ["limit", "query.limit"],
    ["name", "json.name"],
    ["name.first", "json.name.first"],
    ["neither", "json.neither"],
    ["idempotencyKey", "header.idempotency-key"],
  ])("[KRN-32] %s is told as %s", (field, place) => {
    expect(placeOf(reads, field)).toBe(place);
  });
});
