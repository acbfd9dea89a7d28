import { newId } from "@netcheck/kernel/id";
import { expect, it } from "vitest";

import { dayOf, lowestId } from "./partition.ts";

it("[CHK-19] every id of a day lies between that day's bounds", () => {
  const midnight = Date.parse("2026-03-01T00:00:00Z");
  const lastMs = midnight + 86_400_000 - 1;
  for (const at of [midnight, lastMs]) {
    const id: string = newId<"check">(new Date(at));
    expect(id >= lowestId(midnight) && id < lowestId(midnight + 86_400_000)).toBe(true);
    expect(dayOf(at)).toBe(dayOf(midnight));
  }
});
