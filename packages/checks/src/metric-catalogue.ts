import { counter, gauge } from "@netcheck/kernel/metric";
import { Reason } from "@netcheck/wire/delivery";

/** What checks count and show. */
export const METRICS = {
  repeatedAnswers: counter(
    "checks.repeated_answers",
    "Answers that found nothing to fill: repeats, and answers to what was not asked.",
    {},
  ),
  undelivered: counter(
    "checks.undelivered",
    "Requests that the broker or the worker reported as not delivered.",
    { reason: Reason.options },
  ),
  retentionHeld: counter(
    "checks.retention_held",
    "Times that a day was due to be dropped and kept, as a check of it was still open.",
    {},
  ),
  recent: gauge(
    "checks_recent",
    "Checks of the last five minutes, the newest 1 000 at most, by status.",
    { status: ["pending", "running", "finished"] },
  ),
  recentResults: gauge(
    "checks_recent_results",
    "The agents asked by those checks, by what came of it; waiting until the deadline, then missing.",
    { outcome: ["finished", "failed", "late", "missing", "waiting"] },
  ),
};
