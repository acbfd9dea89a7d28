import { UNDELIVERED_QUEUE } from "@netcheck/adapters/rabbit-topology";
import { counter } from "@netcheck/kernel/metric";
import { SAID } from "@netcheck/wire/kind";

/** What the worker counts, in its log and in CloudWatch: it has no page of its own. */
export const METRICS = {
  rejected: counter("worker.rejected", "Messages of agents that were thrown out.", {
    queue: [...Object.values(SAID).map(({ queue }) => queue), UNDELIVERED_QUEUE],
    reason: ["no_user_id", "wrong_key", "too_large", "malformed", "version", "sqs_refused"],
  }),
  malformedRequest: counter(
    "worker.malformed_request",
    "Requests of ours that the worker could not read.",
    {},
  ),
};
