import { afterEach, expect, it, vi } from "vitest";

import { setLogLevel } from "./log.ts";
import { count } from "./metrics.ts";

afterEach(() => {
  vi.restoreAllMocks();
  setLogLevel("CRITICAL");
});

it("counts everything and logs a bounded part of it", () => {
  setLogLevel("INFO");
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const now = vi.spyOn(performance, "now").mockReturnValue(10_000);
  for (let i = 0; i < 500; i++) count("test.flood", { i });
  expect(lines).toHaveLength(20);
  now.mockReturnValue(11_000);
  count("test.flood");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ metric: "test.flood", total: 501 });
});
