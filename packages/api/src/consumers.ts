import { sqsHandler } from "@netcheck/adapters/sqs";
import { eventsQueue, subscriber } from "@netcheck/kernel/subscription";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";

import { ALL, type AnyContext } from "./contexts.ts";
import { jobCtx, type Platform } from "./ctx-for.ts";
import { consumedBy } from "./queues.ts";

export type Handler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** What a context does with the messages of a queue of its own, as a Lambda handler. */
export async function openConsumer(
  platform: Platform,
  context: AnyContext,
  queue: string,
): Promise<Handler> {
  const consumer =
    queue === eventsQueue(context.name)
      ? await subscriberOf(context)
      : await context.queues[queue]?.consumer();
  if (!consumer) throw new Error(`${context.name} takes nothing from ${queue}.`);
  return sqsHandler(consumer, (requestId) => jobCtx(platform, consumer.name, requestId));
}

/** All of them, by their queues. Those of requests to agents are the worker's. */
export async function openConsumers(platform: Platform, contexts: readonly AnyContext[] = ALL) {
  const taken = contexts.flatMap((context) =>
    consumedBy(context).map(async (queue) => {
      return [queue, await openConsumer(platform, context, queue)] as const;
    }),
  );
  return new Map(await Promise.all(taken));
}

async function subscriberOf({ name, subscriptions }: AnyContext) {
  const handlers = await Promise.all(Object.values(subscriptions).map((load) => load()));
  return subscriber(name, handlers.flat());
}
