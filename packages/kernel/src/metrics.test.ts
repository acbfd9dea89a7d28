import { afterEach, expect, it, vi } from "vitest";

import { setLogLevel } from "./log.ts";
import { count, publishMetrics } from "./metrics.ts";

afterEach(() => {
  vi.restoreAllMocks();
  setLogLevel("CRITICAL");
  publishMetrics(undefined);
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

it("publishes every count once, whatever part of them is logged", () => {
  setLogLevel("INFO");
  publishMetrics({ namespace: "Netcheck", service: "worker" });
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const now = vi.spyOn(performance, "now").mockReturnValue(20_000);
  for (let i = 0; i < 50; i++) count("test.published");
  now.mockReturnValue(21_000);
  count("test.published");
  const metrics = lines.map((line) => JSON.parse(line) as Record<string, number>);
  expect(metrics.reduce((sum, line) => sum + (line["test.published"] ?? 0), 0)).toBe(51);
  expect(metrics.at(-1)).toMatchObject({
    service: "worker",
    _aws: {
      CloudWatchMetrics: [
        {
          Namespace: "Netcheck",
          Dimensions: [["service"]],
          Metrics: [{ Name: "test.published", Unit: "Count" }],
        },
      ],
    },
  });
});
