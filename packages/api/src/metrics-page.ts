import { requireScope } from "@netcheck/kernel/guard";
import { labelSets, type Metric, type Sample } from "@netcheck/kernel/metric";
import { processSamples } from "@netcheck/kernel/metrics";

import { EXPOSITION_TYPE, expositionOf } from "./exposition.ts";
import type { PlatformCtx } from "./platform-ctx.ts";

/** What the stores say at this moment, and what this process has counted where it is the whole API. */
export async function metricsPage(ctx: PlatformCtx): Promise<Response> {
  const acting = requireScope(ctx, "metrics:read");
  const catalogue = await ctx.watched.catalogue();
  const measured = await ctx.watched.measure(acting);
  const counted = ctx.isOneProcess ? countedHere(catalogue) : [];
  const text = expositionOf(catalogue, [...measured, ...counted]);
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
