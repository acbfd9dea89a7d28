import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { type ConsumeMessage, connect } from "amqplib";
import { Pool } from "pg";

import { BARE_INTAKE, bareQueueUrl, bareSqs } from "./bare-way.ts";

const BATCH = 10;
const PREFETCH = 100;
const IN_FLIGHT = 4;
const POLLERS = 2;

/** The bare loop of ingestion, in two processes: `carry` is the worker's side, `store` the consumer's. */
const [, , role] = process.argv;
const endpoint = process.env["SQS_ENDPOINT"] ?? "";
const sqs = bareSqs(endpoint);
const QueueUrl = bareQueueUrl(endpoint, BARE_INTAKE);

if (role === "carry") await carry();
if (role === "store") store();
process.send?.("ready");

async function carry() {
  const connection = await connect(process.env["AMQP_URL"] ?? "", { noDelay: true });
  const channel = await connection.createChannel();
  await channel.assertQueue(BARE_INTAKE, {
    durable: true,
    arguments: { "x-queue-type": "quorum" },
  });
  await channel.prefetch(PREFETCH);
  const waiting: ConsumeMessage[] = [];
  let inFlight = 0;

  async function send(batch: readonly ConsumeMessage[]) {
    const Entries = batch.map(({ content }, i) => ({
      Id: String(i),
      MessageBody: content.toString(),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    for (const message of batch) channel.ack(message);
  }

  function pump() {
    while (waiting.length > 0 && inFlight < IN_FLIGHT) {
      if (inFlight > 0 && waiting.length < BATCH) return;
      inFlight += 1;
      void send(waiting.splice(0, BATCH)).then(() => {
        inFlight -= 1;
        pump();
      });
    }
  }

  await channel.consume(BARE_INTAKE, (message) => {
    if (!message) return;
    if (waiting.push(message) === 1) queueMicrotask(pump);
    else if (waiting.length >= BATCH) pump();
  });
}

function store() {
  const pool = new Pool({ connectionString: process.env["DATABASE_URL"], max: POLLERS });
  pool.on("error", () => undefined);
  for (let i = 0; i < POLLERS; i++) void poll(pool);
}

async function poll(pool: Pool): Promise<never> {
  for (;;) {
    const receive = { QueueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: 1 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
    if (Messages.length === 0) continue;
    await fill(pool, Messages);
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function fill(pool: Pool, messages: readonly Message[]) {
  const rows = messages.map(({ Body = "" }) => JSON.parse(Body) as { id: string });
  await pool.query(
    `update bare_intake set result = d.result from json_to_recordset($1) as d(id uuid, result json)
      where bare_intake.id = d.id and bare_intake.result is null`,
    [JSON.stringify(rows)],
  );
}
