import type { ConsumeMessage } from "amqplib";

/**
 * How RabbitMQ counts deliveries from a quorum queue that came to nothing: failed ones, and since 4.3,
 * which no longer counts all of them as failed, all.
 */
const COUNTS = ["x-delivery-count", "x-acquired-count"];

/** How many times this message was delivered before and came back to its queue. */
export function timesReturned({ properties: { headers } }: Pick<ConsumeMessage, "properties">) {
  const counts = COUNTS.map((name): unknown => headers?.[name]);
  return Math.max(0, ...counts.filter((it) => typeof it === "number"));
}
