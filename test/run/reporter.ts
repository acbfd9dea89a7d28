import { writeFileSync } from "node:fs";
import { relative } from "node:path";

import type { Reporter, TestCase, TestModule } from "vitest/node";

import type { FileResult } from "./result.ts";

/** Writes what each file came to into a file. */
export function resultReporter(report: string): Reporter {
  return {
    onTestRunEnd(modules) {
      writeFileSync(report, JSON.stringify(modules.map(resultOf)));
    },
  };
}

function resultOf(module: TestModule): FileResult {
  const tests = [...module.children.allTests()].map(testOf);
  const { duration, collectDuration, setupDuration, prepareDuration } = module.diagnostic();
  // One that cannot be imported, or whose hooks fail, has nothing else to fail.
  if (!module.ok() && tests.every(({ state }) => state !== "failed"))
    tests.push({ title: "the file itself", state: "failed", seconds: 0 });
  return {
    suite: module.project.name,
    file: relative(process.cwd(), module.moduleId),
    seconds: (duration + collectDuration + setupDuration + prepareDuration) / 1_000,
    tests,
  };
}

function testOf(test: TestCase): FileResult["tests"][number] {
  const { state } = test.result();
  return {
    title: test.fullName,
    state: state === "pending" ? "skipped" : state,
    seconds: (test.diagnostic()?.duration ?? 0) / 1_000,
  };
}
