import type { OutgoingMessage, Queue, QueueName } from "@netcheck/kernel/queue";

type Sent = { queue: QueueName } & OutgoingMessage;

/** A queue in memory that can be told to fail or to hang, held to the same contract as SQS. */
export function queueTwin(): Queue & {
  sent: readonly Sent[];
  fail(error: Error | undefined): void;
  hang(): void;
  resume(): void;
} {
  const sent: Sent[] = [];
  let failure: Error | undefined;
  let gate: PromiseWithResolvers<void> | undefined;
  return {
    sent,
    async send(queue, messages) {
      await gate?.promise;
      if (failure) throw failure;
      sent.push(...messages.map((message) => ({ queue, ...message })));
    },
    fail(error) {
      failure = error;
    },
    hang() {
      gate = Promise.withResolvers();
    },
    resume() {
      gate?.resolve();
      gate = undefined;
    },
  };
}
