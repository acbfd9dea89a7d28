import { afterEach, expect, it, vi } from "vitest";

import { setLogLevel } from "./log.ts";
import { counter, histogram } from "./metric.ts";
import { count, observe, processSamples, publishMetrics, tally } from "./metrics.ts";

afterEach(() => {
  vi.restoreAllMocks();
  setLogLevel("CRITICAL");
  publishMetrics(undefined);
});

function capture() {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  return lines;
}

it("counts everything and logs a bounded part of it", () => {
  setLogLevel("INFO");
  const flood = counter("test.flood", "Of this test.", {});
  const lines = capture();
  const now = vi.spyOn(performance, "now").mockReturnValue(10_000);
  for (let i = 0; i < 500; i++) count(flood, {}, { i });
  expect(lines).toHaveLength(20);
  now.mockReturnValue(11_000);
  count(flood, {});
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ metric: "test.flood", total: 501 });
});

it.each(["INFO", "WARNING", "CRITICAL"] as const)(
  "[KRN-9] publishes every count once, whatever part of them is logged, when the level is %s",
  (level) => {
    setLogLevel(level);
    publishMetrics({ namespace: "Netcheck", service: "worker" });
    const name = `test.published_${level}` as const;
    const published = counter(name, "Of this test.", {});
    const lines = capture();
    const now = vi.spyOn(performance, "now").mockReturnValue(20_000);
    for (let i = 0; i < 50; i++) count(published, {});
    now.mockReturnValue(21_000);
    count(published, {}, {}, 7);
    const metrics = lines.map((line) => JSON.parse(line) as Record<string, number>);
    expect(metrics.reduce((sum, line) => sum + (line[name] ?? 0), 0)).toBe(57);
    expect(metrics.at(-1)).toMatchObject({
      service: "worker",
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: "Netcheck",
            Dimensions: [["service"]],
            Metrics: [{ Name: name, Unit: "Count" }],
          },
        ],
      },
    });
  },
);

it("[KRN-9] counts whatever the level is, also where nothing is published", () => {
  setLogLevel("CRITICAL");
  const lines = capture();
  const quiet = counter("test.quiet", "Of this test.", { reason: ["one", "other"] });
  count(quiet, { reason: "one" });
  count(quiet, { reason: "other" }, {}, 3);
  tally(quiet, { reason: "one" });
  expect(lines).toEqual([]);
  expect(processSamples([quiet]).filter(({ metric }) => metric === quiet)).toEqual([
    { metric: quiet, labels: { reason: "one" }, value: 2 },
    { metric: quiet, labels: { reason: "other" }, value: 3 },
  ]);
});

it("shows what was never counted as 0, and what was counted once, in whatever order its labels are", () => {
  const pair = counter("test.pair", "Of this test.", { one: ["a"], other: ["b", "c"] });
  tally(pair, { other: "c", one: "a" });
  const seen = processSamples([pair]).filter(({ metric }) => metric === pair);
  expect(seen.map((one) => [one.labels, "value" in one && one.value])).toEqual([
    [{ one: "a", other: "b" }, 0],
    [{ other: "c", one: "a" }, 1],
  ]);
});

it("puts a value into the first bucket that holds it, its bound included", () => {
  const sizes = histogram("test_size_seconds", "Of this test.", {}, [1, 2.5]);
  for (const value of [0, 1, 1.5, 2.5, 2.6, 1_000]) observe(sizes, {}, value);
  const seen = processSamples().filter(({ metric }) => metric === sizes);
  expect(seen).toEqual([{ metric: sizes, labels: {}, hits: [2, 2, 2], sum: 1_007.6 }]);
});
