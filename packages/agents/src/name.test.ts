import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { nameKey, tidyName } from "./name.ts";

describe("the key of a name", () => {
  it.each([
    ["case", "Berlin-1", "BERLIN-1"],
    ["case beyond ASCII", "Straße", "STRASSE"],
    ["Greek final sigma", "ΟΔΟΣ", "οδος"],
    ["composition", "Zu\u0308rich", "Z\u00fcrich"],
    ["width", "ｈｏｓｔ－１", "host-1"],
    ["compatibility forms", "ﬁber ①", "fiber 1"],
    ["spaces around", "  edge ", "edge"],
    ["runs and kinds of spaces", "edge\u00a0 \u20031", "edge 1"],
    ["what cannot be seen", "ed\u034fge\ufe0f", "edge"],
  ])("[AGT-14] is the same whatever the %s", (_, one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it.each([
    ["a-b", "a_b"],
    ["web 1", "web1"],
    ["Köln", "Koln"],
  ])("[AGT-14] tells %s from %s", (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });

  it("is its own key, and so is that of the tidied name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (name) => {
        const key = nameKey(name);
        expect(nameKey(key)).toBe(key);
        expect(nameKey(tidyName(name))).toBe(key);
      }),
    );
  });

  it("is empty for a name that cannot be seen", () => {
    expect(nameKey("\u3164 \u115f")).toBe("");
  });
});
