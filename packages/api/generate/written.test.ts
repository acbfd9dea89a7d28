import { readFileSync } from "node:fs";
import { relative } from "node:path";

import { describe, expect, it } from "vitest";

import { writtenFiles } from "./written.ts";

describe("what is written by `npm run generate`", async () => {
  const files = (await writtenFiles()).map((one) => [relative(process.cwd(), one.file), one.text]);

  it.each(files)("[KRN-21] %s is what the contexts say of themselves", (file, text) => {
    expect(
      readFileSync(file ?? "", "utf8"),
      "Run `npm run generate`, and read the difference.",
    ).toBe(text);
  });
});
