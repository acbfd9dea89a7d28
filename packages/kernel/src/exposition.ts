import type { Metric, Sample } from "./metric.ts";

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Prometheus' text format: the metrics in this order, those without a sample left out. */
export function expositionOf(metrics: readonly Metric[], samples: readonly Sample[]) {
  const bySource = Map.groupBy(samples, ({ metric }) => metric.name);
  const families = metrics.flatMap(({ name, help, type }) => {
    const found = bySource.get(name);
    if (!found) return [];
    return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...found.flatMap(linesOf)];
  });
  return `${families.join("\n")}\n`;
}

function linesOf(sample: Sample) {
  const { metric, labels } = sample;
  const { name } = metric;
  if ("value" in sample) return [lineOf(name, labels, sample.value)];
  const { bounds } = sample.metric;
  let seen = 0;
  const buckets = sample.hits.map((hits, i) => {
    seen += hits;
    const le = i < bounds.length ? String(bounds[i]) : "+Inf";
    return lineOf(`${name}_bucket`, { ...labels, le }, seen);
  });
  const total = [lineOf(`${name}_sum`, labels, sample.sum), lineOf(`${name}_count`, labels, seen)];
  return [...buckets, ...total];
}

function lineOf(name: string, labels: Readonly<Record<string, string>>, value: number) {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${quotable(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
}

function escaped(text: string) {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function quotable(text: string) {
  return escaped(text).replaceAll('"', '\\"');
}
