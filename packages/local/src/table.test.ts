import { expect, test } from "vitest";

import { textTable } from "./table.ts";

test("columns are as wide as their widest cell, and lines end without blanks", () => {
  const lines = textTable(
    ["agent", "status"],
    [
      ["local-1", "finished"],
      ["b", ""],
    ],
  );
  expect(lines).toEqual(["agent    status", "local-1  finished", "b"]);
});
