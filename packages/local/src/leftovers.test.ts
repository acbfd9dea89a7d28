import { expect, test } from "vitest";

import { partIn } from "./leftovers.ts";

const environ = ["PATH=/bin", "NETCHECK_PART_OF=7f:/srv/one", "NETCHECK_PART=redis", ""].join("\0");

test("a process of this home is known by its mark, with what it is", () => {
  expect(partIn(environ, "7f:/srv/one")).toBe("redis");
});

test("a process of another home, or of a copy of this one, is left alone", () => {
  expect(partIn(environ, "7f:/srv/on")).toBeUndefined();
  expect(partIn(environ, "7f:/srv/two")).toBeUndefined();
  expect(partIn("", "7f:/srv/one")).toBeUndefined();
});
