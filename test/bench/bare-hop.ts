import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { connect } from "amqplib";

import {
  BARE_BACK,
  BARE_OUT,
  BARE_REQUESTS,
  BARE_RESULTS,
  bareQueueUrl,
  bareSqs,
  takeBatch,
} from "./bare-way.ts";

/** `bridge` carries between SQS and AMQP, `agent` sends back what it gets; both confirm, then settle. */
const [, , role] = process.argv;
const connection = await connect(process.env["AMQP_URL"] ?? "", { noDelay: true });
const channel = await connection.createConfirmChannel();
const durable = { durable: true, arguments: { "x-queue-type": "quorum" } };
await channel.assertQueue(BARE_OUT, durable);
await channel.assertQueue(BARE_BACK, durable);
await channel.prefetch(200);

function publish(queue: string, content: Buffer) {
  return new Promise<void>((resolve, reject) => {
    channel.sendToQueue(queue, content, { persistent: true }, (error: unknown) =>
      error ? reject(new Error("nacked")) : resolve(),
    );
  });
}

async function echo() {
  await channel.consume(BARE_OUT, (message) => {
    if (message) void publish(BARE_BACK, message.content).then(() => channel.ack(message));
  });
}

async function bridge() {
  const endpoint = process.env["SQS_ENDPOINT"] ?? "";
  const sqs = bareSqs(endpoint);
  const results = bareQueueUrl(endpoint, BARE_RESULTS);
  await channel.consume(BARE_BACK, (message) => {
    if (!message) return;
    const Entries = [{ Id: "0", MessageBody: message.content.toString() }];
    const send = sqs.send(new SendMessageBatchCommand({ QueueUrl: results, Entries }));
    void send.then(() => channel.ack(message));
  });
  const QueueUrl = bareQueueUrl(endpoint, BARE_REQUESTS);
  process.send?.("ready");
  for (;;) {
    await takeBatch(sqs, QueueUrl, (bodies) =>
      Promise.all(bodies.map((body) => publish(BARE_OUT, Buffer.from(body)))),
    );
  }
}

if (role === "bridge") await bridge();
else await echo().then(() => process.send?.("ready"));
