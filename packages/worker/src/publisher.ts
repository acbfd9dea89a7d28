import type { ConfirmChannel, Message } from "amqplib";

/** What the broker said of one message: `queue_full` is a nack, `unroutable` a return. */
export type Outcome = "delivered" | "unroutable" | "queue_full";

export type Publication = {
  routingKey: string;
  content: Buffer;
  messageId: string;
  expirationMs: number;
  headers: Record<string, string>;
};

/** Publishes with confirms; rejects if the channel closes before the broker has said. */
export function publisher(channel: ConfirmChannel, exchange: string) {
  const returned = new Set<string>();
  const keyOf = (messageId: string, routingKey: string) => `${messageId} ${routingKey}`;
  channel.on("return", ({ fields, properties }: Message) => {
    returned.add(keyOf(String(properties.messageId), fields.routingKey));
  });

  return (publication: Publication) => {
    const { routingKey, content, messageId, expirationMs, headers } = publication;
    return new Promise<Outcome>((resolve, reject) => {
      const options = {
        mandatory: true,
        persistent: true,
        contentType: "application/json",
        expiration: String(expirationMs),
        messageId,
        headers,
      };
      channel.publish(exchange, routingKey, content, options, (error: unknown) => {
        // The broker sends the return of a message before its confirm.
        if (returned.delete(keyOf(messageId, routingKey))) resolve("unroutable");
        else if (!error) resolve("delivered");
        else if (isNack(error)) resolve("queue_full");
        else reject(error);
      });
    });
  };
}

/** amqplib 2.3 tells a nack from a closed channel only by its words. */
function isNack(error: unknown) {
  return error instanceof Error && error.message === "message nacked";
}
