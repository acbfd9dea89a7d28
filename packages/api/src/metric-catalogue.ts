import { METRICS as ADAPTERS } from "@netcheck/adapters/metric-catalogue";
import { gauge } from "@netcheck/kernel/metric";
import { METRICS as KERNEL } from "@netcheck/kernel/metric-catalogue";

/**
 * What belongs to no context, and how reading the stores went: one part for each, so that one that does not
 * answer hides no other.
 */
export const METRICS = {
  success: gauge(
    "scrape_collector_success",
    "1 if this part was read for this page, 0 if it failed or took more than 2 s; its metrics are absent then.",
    { collector: "code" },
  ),
  duration: gauge("scrape_collector_duration_seconds", "How long reading this part took.", {
    collector: "code",
  }),
  ...KERNEL,
  ...ADAPTERS,
};
