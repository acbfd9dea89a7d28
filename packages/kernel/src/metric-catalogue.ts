import { counter, gauge, histogram } from "./metric.ts";

/** What the kernel itself counts and shows. */
export const METRICS = {
  requests: counter("http.requests", "Requests answered, by the route's pattern.", {
    method: "code",
    route: "code",
    status: "code",
  }),
  requestDuration: histogram(
    "http_request_duration_seconds",
    "How long requests took to be answered.",
    { method: "code", route: "code" },
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ),
  foreignEvents: counter(
    "events.foreign",
    "Events that came to a context which does not know them, and were let go.",
    {},
  ),
  outboxWaiting: gauge("outbox_waiting", "Events that no queue has yet, counted up to 10 000.", {}),
  outboxAge: gauge(
    "outbox_oldest_age_seconds",
    "Age of the oldest event that no queue has yet; 0 when none waits.",
    {},
  ),
  partitionsAhead: gauge(
    "partitions_ahead",
    "Days or months after the present one that have their partitions already.",
    { context: "code" },
  ),
};
