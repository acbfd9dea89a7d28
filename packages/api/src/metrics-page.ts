import { EXPOSITION_TYPE, expositionOf } from "@netcheck/kernel/exposition";
import { requireScope } from "@netcheck/kernel/guard";
import { processSamples } from "@netcheck/kernel/metrics";

import type { PlatformCtx } from "./ctx.ts";

/** What the stores say at this moment, and what this process has counted where it is the whole API. */
export async function metricsPage(ctx: PlatformCtx): Promise<Response> {
  const acting = requireScope(ctx, "metrics:read");
  const catalogue = await acting.watched.catalogue();
  const measured = await acting.watched.measure(acting);
  const counted = acting.isOneProcess ? processSamples(catalogue) : [];
  const text = expositionOf(catalogue, [...measured, ...counted]);
  return new Response(text, {
    headers: { "content-type": EXPOSITION_TYPE, "cache-control": "no-store" },
  });
}
