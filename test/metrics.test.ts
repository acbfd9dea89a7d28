import { readFileSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";

import { loadCatalogue } from "@netcheck/api/all-metrics";
import type { Metric } from "@netcheck/kernel/metric";
import { METRICS as WORKER } from "@netcheck/worker/metric-catalogue";
import { describe, expect, it } from "vitest";

const ALL: readonly Metric[] = [...(await loadCatalogue()), ...Object.values(WORKER)];
const alarms = readFileSync("stacks/alarms.ts", "utf8");

/** Alarms on what we count ourselves, by the metric that they look at. */
const alarmOf = new Map(
  [...alarms.matchAll(/alarm\("([\w-]+)", \{\s+metric: "([^"]+)",\s+namespace: "Netcheck"/g)].map(
    ([, alarm = "", metric = ""]) => [metric, alarm],
  ),
);

async function sources() {
  const found: { path: string; text: string }[] = [];
  for await (const path of glob("packages/*/src/**/*.ts")) {
    if (!path.endsWith(".test.ts")) found.push({ path, text: await readFile(path, "utf8") });
  }
  return found;
}

describe("the catalogue of metrics", () => {
  it("[KRN-10] names each once, by the conventions of Prometheus", () => {
    const names = ALL.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, help, labels } of ALL) {
      expect(name).toMatch(/^netcheck_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      expect(name).not.toMatch(/_(milliseconds|ms|count|sum|bucket|info)$/);
      expect(help).toMatch(/^[A-Z1].{10,}\.$/);
      for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z]+$/);
    }
  });

  it("[KRN-10] is where every metric is made, and each of it is counted or shown", async () => {
    const files = await sources();
    const makers = files.filter(({ text }) => /\b(counter|gauge|histogram)\(/.test(text));
    const outside = makers.filter(({ path }) => !/\/(metric-catalogue|metric)\.ts$/.test(path));
    expect(outside.map(({ path }) => path)).toEqual([]);
    const catalogues = files.filter(({ path }) => path.endsWith("/metric-catalogue.ts"));
    let listed = 0;
    for (const { path, text } of catalogues) {
      const folder = path.slice(0, path.lastIndexOf("/"));
      const neighbours = files.filter((file) => file.path !== path && file.path.startsWith(folder));
      const keys = [...text.matchAll(/^ {2}(\w+): (counter|gauge|histogram)\(/gm)];
      listed += keys.length;
      for (const [, key = "", kind] of keys) {
        const verb = { counter: "(count|tally)", gauge: "sample", histogram: "observe" }[`${kind}`];
        const used = new RegExp(
          `\\b${verb}\\(\\s*METRICS\\.${key}\\b|const \\{[^}]*\\b${key}\\b[^}]*\\} = METRICS`,
        );
        expect(
          neighbours.some((file) => used.test(file.text)),
          `${path}: ${key}`,
        ).toBe(true);
      }
    }
    expect(listed).toBe(ALL.length);
  });

  it("[KRN-10] has every metric of ours that an alarm looks at", () => {
    expect(alarms.match(/namespace: "Netcheck"/g)).toHaveLength(alarmOf.size);
    const events = ALL.flatMap((metric) => (metric.type === "counter" ? [metric.event] : []));
    expect([...alarmOf.keys()].filter((metric) => !events.includes(metric))).toEqual([]);
  });
});
