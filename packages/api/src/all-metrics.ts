import { log } from "@netcheck/kernel/log";
import { type Metric, type Sample, sample } from "@netcheck/kernel/metric";

import { ALL, type ApiCtx } from "./contexts.ts";
import { METRICS } from "./metric-catalogue.ts";

type Measure = (ctx: ApiCtx) => Promise<Sample[]>;

/** Every metric that `/metrics` can show, in its order. */
export async function loadCatalogue(): Promise<readonly Metric[]> {
  const catalogues = await Promise.all(ALL.map(({ metrics }) => metrics()));
  return catalogues.flatMap((metrics) => Object.values(metrics));
}

/** What the stores of all contexts say at this moment, and how asking them went. */
export async function measureStores(ctx: ApiCtx) {
  const measures = ALL.flatMap((context) => Object.entries(context.measures));
  const collected = await Promise.all(
    measures.map(async ([name, load]) => await collect(ctx, name, await load())),
  );
  return collected.flat();
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
