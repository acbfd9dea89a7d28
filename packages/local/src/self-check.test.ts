import { expect, test } from "vitest";

import { checkTable } from "./self-check.ts";

test("each agent has a line: what it answered, whose fault a failure is, and who is missing and why", () => {
  const lines = checkTable({
    status: "finished",
    expected: 3,
    answered: 2,
    missing: [{ agent: { name: "far" }, reason: "no_answer" }],
    results: [
      { agent: { name: "local-1" }, status: "finished", durationMs: 0.42 },
      {
        agent: { name: "local-2" },
        status: "failed",
        durationMs: 1,
        failureSource: "target",
        error: { code: "refused" },
      },
      { agent: { name: "far" }, status: "missing", durationMs: null },
    ],
  });
  expect(lines).toEqual([
    "agent    status                    latency",
    "local-1  finished                  0.4 ms",
    "local-2  failed (refused, target)  1.0 ms",
    "far      missing (no_answer)",
  ]);
});
