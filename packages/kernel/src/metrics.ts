import { log } from "./log.ts";

const WINDOW_MS = 1_000;
const LINES_PER_WINDOW = 20;

type Counter = { total: number; reported: number; windowFrom: number; lines: number };

const counters = new Map<string, Counter>();
let publisher: { namespace: string; service: string } | undefined;

/**
 * From now on every line is a CloudWatch metric as well, in the embedded metric format:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function publishMetrics(as: { namespace: string; service: string } | undefined) {
  publisher = as;
}

/**
 * Adds one to a counter. Logs it with its total since this process began, at most 20 times a second
 * for each counter: who can make us count cannot fill the log.
 */
export function count(metric: string, extra: Record<string, unknown> = {}) {
  const now = performance.now();
  const counter = counters.get(metric) ?? { total: 0, reported: 0, windowFrom: now, lines: 0 };
  counters.set(metric, counter);
  counter.total += 1;
  if (now - counter.windowFrom >= WINDOW_MS) Object.assign(counter, { windowFrom: now, lines: 0 });
  if (counter.lines === LINES_PER_WINDOW) return;
  counter.lines += 1;
  const { total, reported } = counter;
  counter.reported = total;
  log.info("counted", { ...extra, ...embedded(metric, total - reported), metric, total });
}

function embedded(metric: string, value: number) {
  if (!publisher) return {};
  const { namespace, service } = publisher;
  const Metrics = [{ Name: metric, Unit: "Count" }];
  const directive = { Namespace: namespace, Dimensions: [["service"]], Metrics };
  return {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
    service,
    [metric]: value,
  };
}
