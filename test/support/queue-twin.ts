import type { OutgoingMessage, Queue } from "@netcheck/kernel/queue";

type Sent = { queue: string } & OutgoingMessage;

/** A queue in memory that can be told to fail or to hang, held to the same contract as SQS. */
export function queueTwin(): Queue & {
  sent: readonly Sent[];
  /** How often it was told that something will be sent. */
  prepared(): number;
  fail(error: Error | undefined): void;
  hang(): void;
  resume(): void;
} {
  const sent: Sent[] = [];
  let failure: Error | undefined;
  let prepared = 0;
  let gate: PromiseWithResolvers<void> | undefined;
  return {
    sent,
    prepared: () => prepared,
    prepare: () => void (prepared += 1),
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
