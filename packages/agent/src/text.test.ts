import { expect, it } from "vitest";

import { cleanText, codeOf, messageOf } from "./text.ts";

it.each([
  ["plain", "plain"],
  ["a\0b", "a\ufffdb"],
  ["\ud800x", "\ufffdx"],
  ["123456789\u{1f600}", "123456789\ufffd"],
  ["12345678\u{1f600}0", "12345678\u{1f600}"],
])("%j becomes %j, which JSON and jsonb both take", (text, clean) => {
  expect(cleanText(text, 10)).toBe(clean);
});

it("reads codes and messages of whatever was thrown", () => {
  expect(codeOf(Object.assign(new Error("x"), { code: 404 }))).toBe("404");
  expect([codeOf(new Error("x")), codeOf("x"), codeOf(undefined)]).toEqual(["", "", ""]);
  expect([messageOf(new Error("x")), messageOf("y")]).toEqual(["x", "y"]);
});
