import { log } from "./log.ts";
import {
  type Counter,
  type Histogram,
  labelSets,
  type LabelValues,
  type Metric,
  type Sample,
} from "./metric.ts";

const WINDOW_MS = 1_000;
const LINES_PER_WINDOW = 20;

type Reported = { total: number; told: number; windowFrom: number; lines: number };

const reports = new Map<string, Reported>();
const counts = new Map<string, Extract<Sample, { value: number }>>();
const distributions = new Map<string, Seen>();
let publisher: { namespace: string; service: string } | undefined;

type Labels = Counter["labels"];
type Seen = { metric: Histogram; labels: Readonly<Record<string, string>> } & {
  hits: number[];
  sum: number;
};

/**
 * From now on every line is a CloudWatch metric as well, in the embedded metric format, whatever
 * `LOG_LEVEL` says:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function publishMetrics(as: { namespace: string; service: string } | undefined) {
  publisher = as;
}

/**
 * Adds to a counter, one if not told otherwise. Logs it with its total since this process began, at
 * most 20 times a second for each counter: who can make us count cannot fill the log. `extra` is for
 * the log alone.
 */
export function count<const L extends Labels>(
  metric: Counter<L>,
  labels: LabelValues<L>,
  extra: Record<string, unknown> = {},
  by = 1,
) {
  tally(metric, labels, by);
  const now = performance.now();
  const { event } = metric;
  const report = reports.get(event) ?? { total: 0, told: 0, windowFrom: now, lines: 0 };
  reports.set(event, report);
  report.total += by;
  if (now - report.windowFrom >= WINDOW_MS) Object.assign(report, { windowFrom: now, lines: 0 });
  if (report.lines === LINES_PER_WINDOW) return;
  report.lines += 1;
  const { total, told } = report;
  report.told = total;
  const line = { ...extra, ...labels, metric: event, total };
  if (publisher) log.record("counted", { ...line, ...embedded(event, total - told, publisher) });
  else log.info("counted", line);
}

/** Adds to a counter without a word: for what happens all the time. */
export function tally<const L extends Labels>(metric: Counter<L>, labels: LabelValues<L>, by = 1) {
  const key = keyOf(metric, labels);
  const known = counts.get(key) ?? { metric, labels, value: 0 };
  counts.set(key, known);
  known.value += by;
}

export function observe<const L extends Labels>(
  metric: Histogram<L>,
  labels: LabelValues<L>,
  value: number,
) {
  const key = keyOf(metric, labels);
  const known = distributions.get(key) ?? emptyOf(metric, labels);
  distributions.set(key, known);
  const bucket = metric.bounds.findIndex((bound) => value <= bound);
  const at = bucket === -1 ? metric.bounds.length : bucket;
  known.hits[at] = (known.hits[at] ?? 0) + 1;
  known.sum += value;
}

/**
 * Everything that this process has counted and observed since it began. A counter of the catalogue that
 * has not counted yet shows 0, so that its first step is an increase.
 */
export function processSamples(catalogue: readonly Metric[] = []): Sample[] {
  const counters = catalogue.filter((metric) => metric.type === "counter");
  const none = counters.flatMap((metric) =>
    labelSets(metric).map((labels) => ({ metric, labels, value: 0 })),
  );
  const uncounted = none.filter(({ metric, labels }) => !counts.has(keyOf(metric, labels)));
  return [...uncounted, ...counts.values(), ...distributions.values()];
}

function emptyOf(metric: Histogram, labels: Readonly<Record<string, string>>): Seen {
  return {
    metric,
    labels,
    hits: Array.from({ length: metric.bounds.length + 1 }, () => 0),
    sum: 0,
  };
}

/** The same whatever order the labels are given in. */
function keyOf({ name, labels: spec }: Metric, labels: Readonly<Record<string, string>>) {
  return JSON.stringify([name, ...Object.keys(spec).map((label) => labels[label])]);
}

function embedded(
  metric: string,
  value: number,
  { namespace, service }: NonNullable<typeof publisher>,
) {
  const Metrics = [{ Name: metric, Unit: "Count" }];
  const directive = { Namespace: namespace, Dimensions: [["service"]], Metrics };
  return {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
    service,
    [metric]: value,
  };
}
