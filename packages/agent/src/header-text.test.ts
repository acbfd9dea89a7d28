import { describe, expect, it } from "vitest";

import { headerText, trimBlanks } from "./header-text.ts";

describe("[PRB-25] bytes of a header", () => {
  it.each([
    ["plain", "plain"],
    ["\xc3\xbc", "ü"],
    ["\xd0\x9f\xd1\x80", "Пр"],
    ["\xff", "ÿ"],
    ["caf\xe9", "café"],
    ["\xc3\xbc\xff", "Ã¼ÿ"],
    ["\xed\xa0\x80", "í\xa0\x80"],
  ])("are read as UTF-8 where they are, else as Latin-1: %j is %s", (bytes, text) =>
    expect(headerText(bytes)).toBe(text),
  );

  it("lose the blanks around them, and no byte of a character", () => {
    expect(headerText(trimBlanks(" \t\xc3\xa0 \t\r"))).toBe("à");
    expect(trimBlanks(" \t ")).toBe("");
  });

  it("are trimmed in time that grows no faster than they do", () => {
    expect(trimBlanks(`a${" ".repeat(300_000)}b`)).toHaveLength(300_002);
  });
});
