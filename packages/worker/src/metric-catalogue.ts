import { UNDELIVERED_QUEUE } from "@netcheck/adapters/rabbit-topology";
import { counter, gauge } from "@netcheck/kernel/metric";
import { ASKED, SAID } from "@netcheck/wire/kind";

const TAKEN = Object.values(ASKED).map(({ takenFrom }) => takenFrom);
const INBOXES = [...Object.values(SAID).map(({ queue }) => queue), UNDELIVERED_QUEUE];

/** What the worker counts and shows. */
export const METRICS = {
  rejected: counter("worker.rejected", "Messages of agents that were thrown out.", {
    queue: INBOXES,
    reason: ["no_user_id", "wrong_key", "too_large", "malformed", "version", "sqs_refused"],
  }),
  malformedRequest: counter(
    "worker.malformed_request",
    "Requests of ours that the worker could not read.",
    {},
  ),
  inHand: gauge("worker_in_hand", "Messages taken from a queue and not yet settled there.", {
    queue: [...TAKEN, ...INBOXES],
  }),
  linkAge: gauge(
    "worker_link_age_seconds",
    "How long this connection to the broker has stood; absent while there is none.",
    { link: ["requests", "responses"] },
  ),
};
