import { setTimeout as sleep } from "node:timers/promises";

import type { Consumer } from "@netcheck/kernel/consumer";
import type { Ctx } from "@netcheck/kernel/ctx";
import { log, withLogFields } from "@netcheck/kernel/log";
import { count } from "@netcheck/kernel/metrics";
import type { OutgoingMessage, Queue, QueueSpec } from "@netcheck/kernel/queue";
import { within } from "@netcheck/kernel/time";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import * as z from "zod";

import { backOff } from "./backoff.ts";
import { METRICS } from "./metric-catalogue.ts";
import { batches, sqsSafe } from "./sqs-batch.ts";
import { openClients, openSqs, type SqsOptions, standInUrl } from "./sqs-client.ts";
import { eventOf } from "./sqs-record.ts";

const SEND_ATTEMPTS = 3;

/** `Queue` over SQS, for bodies that are JSON. Entries that SQS could not take now are tried three times in all. */
export function sqsQueue(options: SqsOptions): Queue {
  const sqs = openSqs(options);

  async function sendBatch(queue: string, batch: readonly OutgoingMessage[], attempt = 1) {
    const refused = await sqs.sendBatch(queue, batch);
    if (refused.length === 0) return;
    if (attempt === SEND_ATTEMPTS || refused.some(({ ours }) => ours)) {
      const which = refused.map(({ id, reason }) => `${id} (${reason})`);
      throw new Error(`SQS did not take into ${queue}: ${which.join(", ")}`);
    }
    await sleep(Math.random() * 100 * 2 ** attempt);
    const again = new Set(refused.map(({ id }) => id));
    const rest = batch.filter(({ id }) => again.has(id));
    await sendBatch(queue, rest, attempt + 1);
  }

  return {
    prepare: sqs.prepare,
    async send(queue, messages) {
      const safe = messages.map((message) => ({ ...message, body: sqsSafe(message.body) }));
      await Promise.all([...batches(safe)].map((batch) => sendBatch(queue, batch)));
    },
  };
}

type Parsed<T> = { messageId: string; requestId: string; message: T };

const Carrier = z.object({ requestId: z.string() });

/**
 * Lambda handler of a standard queue with `ReportBatchItemFailures`: what could not be handled
 * stays in the queue and ends in its dead-letter queue. Does not throw for a message.
 */
export function sqsHandler<C extends Ctx, S extends z.ZodType>(
  consumer: Consumer<C, S>,
  ctxFor: (requestId: string) => C,
) {
  type Message = Parsed<z.output<S>>;
  const { name, schema } = consumer;

  function parse(messageId: string, body: string): Message | undefined {
    try {
      const json: unknown = JSON.parse(body);
      const requestId = Carrier.safeParse(json).data?.requestId ?? messageId;
      return { messageId, requestId, message: schema.parse(json) };
    } catch (error) {
      count(METRICS.malformed, { consumer: name }, { messageId, error });
      return undefined;
    }
  }

  async function handle(batch: readonly Message[]) {
    const [first] = batch;
    if (!first) return true;
    const ids = [...new Set(batch.map(({ requestId }) => requestId))];
    return await withLogFields({ consumer: name, requestId: ids.join(" ") }, async () => {
      try {
        const ctx = ctxFor(ids.length === 1 ? first.requestId : first.messageId);
        const messages = batch.map(({ message }) => message);
        await consumer.handle(ctx, messages);
        return true;
      } catch (error) {
        log.warn("messages failed", { messages: batch.map(({ messageId }) => messageId), error });
        return false;
      }
    });
  }

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const parsed = Records.map(({ messageId, body }) => parse(messageId, body));
    const good = parsed.filter((message) => message !== undefined);
    const done = new Set<string>();
    if (await handle(good)) for (const { messageId } of good) done.add(messageId);
    else if (good.length > 1) {
      for (const one of good) if (await handle([one])) done.add(one.messageId);
    }
    const failed = Records.filter(({ messageId }) => !done.has(messageId));
    return {
      batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  };
}

type PollOptions = SqsOptions & {
  queue: string;
  handler: (event: SQSEvent) => Promise<SQSBatchResponse>;
  /** How many batches may be in hand at a time. */
  concurrency?: number;
  /** As a function's time limit: below the queue's visibility timeout. */
  timeoutMs?: number;
  signal: AbortSignal;
};

/**
 * The local stand-in of Lambda's event source: hands genuine events to the handler and deletes what
 * did not fail. Resolves once `signal` is aborted and what was in hand is done.
 */
export async function pollQueue(options: PollOptions): Promise<void> {
  const { queue, region, handler, concurrency = 2, timeoutMs = 25_000, signal } = options;
  const sqs = openSqs(options);

  async function pollOnce() {
    const messages = await sqs.receive(queue, signal);
    if (messages.length === 0) return;
    const answer = handler(eventOf({ region, queue }, messages));
    const { batchItemFailures } = await within(timeoutMs, answer);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
    await sqs.deleteBatch(queue, done);
  }

  async function poll() {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await pollOnce();
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn("queue cannot be polled", { queue, failures, error });
        await backOff(failures, signal);
      }
    }
  }

  await Promise.all(Array.from({ length: concurrency }, poll));
}

const MAX_RECEIVES = 5;
const FORTNIGHT_SECONDS = 14 * 24 * 60 * 60;

/** Makes or mends the queues of a stand-in, each with its dead-letter queue `<name>-dlq`. */
export async function createQueues(
  options: Partial<SqsOptions> & { endpoint: string },
  queues: readonly QueueSpec[],
) {
  const { region = "us-east-1" } = options;
  const { sdk, short } = await openClients({ ...options, region })();

  async function create(name: string, Attributes: Record<string, string>) {
    await short.send(new sdk.CreateQueueCommand({ QueueName: name }));
    const QueueUrl = standInUrl(options.endpoint, name);
    await short.send(new sdk.SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }

  for (const queue of queues) {
    const name = `${options.prefix ?? ""}${queue.name}`;
    const dead = `${name}-dlq`;
    await create(dead, { MessageRetentionPeriod: String(FORTNIGHT_SECONDS) });
    const deadLetterTargetArn = `arn:aws:sqs:${region}:000000000000:${dead}`;
    await create(name, {
      VisibilityTimeout: String(queue.visibilitySeconds),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MAX_RECEIVES }),
    });
  }
}
