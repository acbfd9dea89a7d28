import { counter } from "@netcheck/kernel/metric";

/** What the worker counts, in its log and in CloudWatch: it has no page of its own. */
export const METRICS = {
  rejected: counter("worker.rejected", "Messages of agents that were thrown out.", {
    queue: ["agent_results", "agent_heartbeats", "agent_undelivered"],
    reason: ["no_user_id", "wrong_key", "too_large", "malformed", "version", "sqs_refused"],
  }),
  malformedRequest: counter(
    "worker.malformed_request",
    "Requests of ours that the worker could not read.",
    {},
  ),
};
