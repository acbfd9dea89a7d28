import { counter } from "@netcheck/kernel/metric";

/** What adapters count. */
export const METRICS = {
  malformed: counter("consumer.malformed", "Messages of a queue that could not be read.", {
    consumer: "code",
  }),
  queueLeft: counter(
    "broker.queue_left",
    "Times that a broker's queue was declared otherwise and left alone, as something waits in it.",
    {},
  ),
  queueSilent: counter(
    "broker.queue_silent",
    "Broker's queues that answered nothing any more and were made again.",
    {},
  ),
};
