import { expect, test } from "vitest";

import { readFlags } from "./flags.ts";

test("without flags there are two agents on port 8080 and the data lies in the checkout", () => {
  expect(readFlags([])).toEqual({ home: ".netcheck", port: 8080, agents: 2, json: false });
});

test("every flag is read", () => {
  const args = ["--json", "--home", "/tmp/h", "--port=0", "--agents", "3"];
  expect(readFlags(args)).toEqual({ home: "/tmp/h", port: 0, agents: 3, json: true });
});

test("help is asked for before anything else is looked at", () => {
  expect(readFlags(["--help", "--port", "x"])).toBe("help");
});

test.for([
  ["--prot", "1"],
  ["stray"],
  ["--port"],
  ["--port", "70000"],
  ["--port", "-1"],
  ["--agents", "1.5"],
  ["--agents", "51"],
])("%j is refused with the usage", (args) => {
  expect(() => readFlags(args)).toThrow(/Usage: npm start/);
});
