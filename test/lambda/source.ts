import { setTimeout as sleep } from "node:timers/promises";

import { openSqs, type SqsOptions } from "@netcheck/adapters/sqs-client";
import { eventOf } from "@netcheck/adapters/sqs-record";
import * as z from "zod";

import type { RunningFunction } from "./function.ts";

const Answer = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })),
});

type Options = SqsOptions & {
  queue: string;
  functionOf: () => RunningFunction;
  /** Of the evaluated mapping. */
  reportsFailures: boolean;
};

/** Lambda's event source of a queue: deletes what did not fail, and leaves the rest to the queue. */
export function startSource({ queue, functionOf, reportsFailures, ...options }: Options) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const sqs = openSqs(options);
  let invocations = 0;

  async function takeOne() {
    const messages = await sqs.receive(queue, signal);
    if (messages.length === 0) return;
    invocations += 1;
    const answer = await functionOf().invoke(eventOf({ region: options.region, queue }, messages));
    const failures = reportsFailures ? Answer.parse(answer).batchItemFailures : [];
    const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
    await sqs.deleteBatch(
      queue,
      messages.filter(({ MessageId }) => !failed.has(MessageId)),
    );
  }

  async function run() {
    while (!signal.aborted) {
      // What throws stays in the queue as a whole, and comes again.
      await takeOne().catch(() => sleep(50));
    }
  }

  const running = run();
  return {
    invocations: () => invocations,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}
