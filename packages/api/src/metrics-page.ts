import { requireScope } from "@netcheck/kernel/guard";
import { log } from "@netcheck/kernel/log";
import { labelSets, type Metric, type Sample, sample } from "@netcheck/kernel/metric";
import { processSamples } from "@netcheck/kernel/metrics";

import { METRICS } from "./catalogue.ts";
import { ALL, type ApiCtx } from "./contexts.ts";
import { EXPOSITION_TYPE, expositionOf } from "./exposition.ts";
import type { PlatformCtx } from "./platform.context.ts";

type Measure = (ctx: ApiCtx) => Promise<Sample[]>;

/** Every metric that `/metrics` can show, in its order. */
export async function loadCatalogue(): Promise<readonly Metric[]> {
  const catalogues = await Promise.all(ALL.map(({ metrics }) => metrics()));
  return catalogues.flatMap((metrics) => Object.values(metrics));
}

/** What the stores say at this moment, and what this process has counted where it is the whole API. */
export async function metricsPage(ctx: PlatformCtx): Promise<Response> {
  // Every ctx is a whole one: the platform's own routes name only what they need of it.
  const acting = requireScope(ctx as ApiCtx, "metrics:read");
  const catalogue = await loadCatalogue();
  const measures = ALL.flatMap((context) => Object.entries(context.measures));
  const collected = await Promise.all(
    measures.map(async ([name, load]) => await collect(acting, name, await load())),
  );
  const counted = ctx.isOneProcess ? countedHere(catalogue) : [];
  const text = expositionOf(catalogue, [...collected.flat(), ...counted]);
  return new Response(text, {
    headers: { "content-type": EXPOSITION_TYPE, "cache-control": "no-store" },
  });
}

/** A counter that has not counted yet shows 0, so that its first step is an increase. */
function countedHere(catalogue: readonly Metric[]): Sample[] {
  const counted = processSamples();
  const known = new Set(counted.map(seriesOf));
  const none = catalogue.flatMap((metric) =>
    metric.type === "counter"
      ? labelSets(metric).map((labels): Sample => ({ metric, labels, value: 0 }))
      : [],
  );
  return [...none.filter((one) => !known.has(seriesOf(one))), ...counted];
}

function seriesOf({ metric, labels }: Sample) {
  return JSON.stringify([metric.name, Object.entries(labels).map(String).toSorted()]);
}

async function collect(ctx: ApiCtx, collector: string, measure: Measure) {
  const startedAt = performance.now();
  const [success, samples] = await measure(ctx).then(
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
