import { expect, test } from "vitest";

import { contextOf, readOwners } from "./context.ts";
import type { FileResult } from "./result.ts";
import { lanesOf } from "./step.ts";
import { summaryOf } from "./summary.ts";

const owners = new Map([
  ["AGT", "agents"],
  ["CHK", "checks"],
]);

const stepsOf = (...names: string[]) => lanesOf(names).flat();

function outcome(name: string, ok: boolean, files?: readonly FileResult[]) {
  const [step] = stepsOf(name);
  if (!step) throw new Error(`no step ${name}`);
  return { step, ok, files, output: "", seconds: 2 };
}

const file = (suite: string, ...tests: FileResult["tests"]) => {
  const path = `test/http/${suite}.test.ts`;
  return { suite: "services", file: path, seconds: 3, tests };
};

test("everything runs unless something is named, and a stranger's name is refused", () => {
  const all = lanesOf([])
    .flat()
    .flatMap(({ suites }) => suites);
  expect(new Set(all).size).toBe(all.length);
  expect(stepsOf("check").map(({ name }) => name)).toContain("types");
  expect(stepsOf("lambda", "types").map(({ name }) => name)).toEqual(["types", "lambda"]);
  expect(() => lanesOf(["nobody"])).toThrow("There is no nobody. There are: check,");
});

test("a test is of the context that its file is of, else of the one whose rule it names", async () => {
  expect(contextOf("test/http/platform.test.ts", "[CHK-1] [AGT-2] both", owners)).toBe("checks");
  expect(contextOf("packages/agents/src/name.test.ts", "plain", owners)).toBe("agents");
  expect(contextOf("test/http/agents-crash.test.ts", "plain", owners)).toBe("agents");
  expect(contextOf("test/http/rights-agents.test.ts", "[CHK-1] one", owners)).toBe("agents");
  expect(contextOf("packages/agents/src/settings.test.ts", "[CHK-1]", owners)).toBe("agents");
  expect(contextOf("test/flow/worker.test.ts", "plain", owners)).toBe("flow");
  expect(contextOf("test/architecture.test.ts", "plain", owners)).toBe("house");
  expect((await readOwners()).get("KRN")).toBe("kernel");
});

test("what a file needs beside its tests is shared among them", () => {
  const passed = { title: "[AGT-1] one", state: "passed", seconds: 1 } as const;
  const skipped = { title: "[CHK-1] two", state: "skipped", seconds: 0 } as const;
  const { lines } = summaryOf([outcome("services", true, [file("any", passed, skipped)])], owners);
  expect(lines.join("\n")).toMatch(/agents +1 +2\.0\nchecks +1 +1\.0/);
  expect(lines.at(-1)).toBe("1 passed, 0 failed, 1 skipped");
});

test("a step that fails without a failed test is a failure, and hides no other", () => {
  const passed = { title: "[AGT-1] one", state: "passed", seconds: 1 } as const;
  const { lines, failed } = summaryOf(
    [
      outcome("types", false),
      outcome("lint", true),
      outcome("services", false, [file("any", passed)]),
      outcome("start", false),
    ],
    owners,
  );
  expect(failed).toBe(3);
  expect(lines.at(-1)).toBe("2 passed, 3 failed, 0 skipped");
});
