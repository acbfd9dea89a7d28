import { expect, it } from "vitest";

import { unstorableIn } from "./storable-text.ts";

it("[KRN-11] finds each place, in keys too, and nothing in what can be stored", () => {
  const bad = { a: "x\0", b: ["fine", "\ud800"], c: { "\0": 1, d: { e: "\udc00" } }, f: "\0" };
  expect(unstorableIn(bad, "json")).toEqual([
    "json.a",
    "json.b.1",
    "json.c",
    "json.c.d.e",
    "json.f",
  ]);
  const good = { a: "\u{1f600}\u202e\uffff\u0001", n: null, d: new Date(), i: 1n, u: undefined };
  expect(unstorableIn(good, "json")).toEqual([]);
});

it("[KRN-11] looks as deep as a value goes", () => {
  const deep = (text: string) => `${"[".repeat(40_000)}"${text}"${"]".repeat(40_000)}`;
  expect(unstorableIn(JSON.parse(deep("x")), "json")).toEqual([]);
  expect(unstorableIn(JSON.parse(deep("\\u0000")), "json")).toHaveLength(1);
});
