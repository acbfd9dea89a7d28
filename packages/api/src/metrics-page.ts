import { measureAgents, measurePresence } from "@netcheck/agents/measure";
import { measureChecks, measurePartitions } from "@netcheck/checks/measure";
import { measureSessions } from "@netcheck/identity/measure";
import { requireScope } from "@netcheck/kernel/guard";
import { log } from "@netcheck/kernel/log";
import { measureOutbox } from "@netcheck/kernel/measure";
import { labelSets, type Sample, sample } from "@netcheck/kernel/metric";
import { processSamples } from "@netcheck/kernel/metrics";

import { CATALOGUE, COLLECTORS, METRICS } from "./catalogue.ts";
import { EXPOSITION_TYPE, expositionOf } from "./exposition.ts";
import type { ApiCtx, Platform } from "./platform.ts";

type Collector = (typeof COLLECTORS)[number];

const MEASURES: Record<Collector, (ctx: ApiCtx) => Promise<Sample[]>> = {
  outbox: measureOutbox,
  sessions: measureSessions,
  agents: measureAgents,
  presence: measurePresence,
  checks: measureChecks,
  partitions: measurePartitions,
};

/** What the stores say at this moment, and what this process has counted where it is the whole API. */
export async function metricsPage(ctx: ApiCtx, { isOneProcess }: Pick<Platform, "isOneProcess">) {
  const acting = requireScope(ctx, "metrics:read");
  const collected = await Promise.all(COLLECTORS.map((collector) => collect(acting, collector)));
  const counted = isOneProcess ? countedHere() : [];
  const text = expositionOf(CATALOGUE, [...collected.flat(), ...counted]);
  return new Response(text, {
    headers: { "content-type": EXPOSITION_TYPE, "cache-control": "no-store" },
  });
}

/** A counter that has not counted yet shows 0, so that its first step is an increase. */
function countedHere(): Sample[] {
  const counted = processSamples();
  const known = new Set(counted.map(seriesOf));
  const none = CATALOGUE.flatMap((metric) =>
    metric.type === "counter"
      ? labelSets(metric).map((labels): Sample => ({ metric, labels, value: 0 }))
      : [],
  );
  return [...none.filter((one) => !known.has(seriesOf(one))), ...counted];
}

function seriesOf({ metric, labels }: Sample) {
  return JSON.stringify([metric.name, Object.entries(labels).map(String).toSorted()]);
}

async function collect(ctx: ApiCtx, collector: Collector) {
  const startedAt = performance.now();
  const [success, samples] = await MEASURES[collector](ctx).then(
    (read) => [1, read] as const,
    (error: unknown) => {
      log.warn("not measured", { collector, error });
      return [0, []] as const;
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  return [
    sample(METRICS.success, { collector }, success),
    sample(METRICS.duration, { collector }, seconds),
    ...samples,
  ];
}
