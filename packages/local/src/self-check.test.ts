import { afterEach, expect, test, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

import { checkItself, checkTable } from "./self-check.ts";

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

test("[LOC-4] a check of itself that is refused is told in the words of the refusal, never as it came", async () => {
  const detail = "192.0.2.2 is private or special, and checks may not go there.";
  const answer = async () => Response.json({ type: "/problems/x", detail }, { status: 422 });
  vi.stubGlobal("fetch", answer);
  const api = { url: "http://192.0.2.2:8080", accessToken: "t" };
  await expect(checkItself(api)).rejects.toThrow(`POST /checks of the API was refused: ${detail}`);
  vi.stubGlobal("fetch", async () => new Response("<html>", { status: 502 }));
  await expect(checkItself(api)).rejects.toThrow(/refused: it answered 502$/);
});
