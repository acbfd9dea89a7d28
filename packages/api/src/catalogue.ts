import { METRICS as ADAPTERS } from "@netcheck/adapters/catalogue";
import { METRICS as AGENTS } from "@netcheck/agents/catalogue";
import { METRICS as CHECKS } from "@netcheck/checks/catalogue";
import { METRICS as IDENTITY } from "@netcheck/identity/catalogue";
import { METRICS as KERNEL } from "@netcheck/kernel/catalogue";
import { gauge, type Metric } from "@netcheck/kernel/metric";

/** One for each store that a context reads, so that a store that does not answer hides the rest from nobody. */
export const COLLECTORS = [
  "outbox",
  "sessions",
  "agents",
  "presence",
  "checks",
  "partitions",
] as const;

export const METRICS = {
  success: gauge(
    "scrape_collector_success",
    "1 if this part was read for this page, 0 if it failed or took more than 2 s; its metrics are absent then.",
    { collector: COLLECTORS },
  ),
  duration: gauge("scrape_collector_duration_seconds", "How long reading this part took.", {
    collector: COLLECTORS,
  }),
};

/** Every metric that `/metrics` can show, in its order. */
export const CATALOGUE: readonly Metric[] = [
  ...Object.values(METRICS),
  ...Object.values(KERNEL),
  ...Object.values(IDENTITY),
  ...Object.values(AGENTS),
  ...Object.values(CHECKS),
  ...Object.values(ADAPTERS),
];
