export type OutgoingMessage = { id: string; body: string; delaySeconds?: number };

/** Port to SQS. Resolves when every message is accepted; rejects otherwise, and some may be in. */
export type Queue = {
  /** Something will be sent soon: what that needs is loaded meanwhile. */
  prepare(): void;
  send(queue: string, messages: readonly OutgoingMessage[]): Promise<void>;
};

/** A queue of the platform; each has a dead-letter queue `<name>-dlq`. */
export type QueueSpec = {
  name: string;
  /** How long a message that was received stays hidden: what was lost comes again after it. */
  visibilitySeconds: number;
};
