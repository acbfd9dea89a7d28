/** The queues of the platform; each has a dead-letter queue `<name>-dlq`. */
export const QUEUES = ["check-requests", "agent-results", "agent-heartbeats", "events"] as const;

export type QueueName = (typeof QUEUES)[number];

export type OutgoingMessage = { id: string; body: string; delaySeconds?: number };

/** Port to SQS. Resolves when every message is accepted; rejects otherwise, and some may be in. */
export type Queue = {
  /** Something will be sent soon: what that needs is loaded meanwhile. */
  prepare(): void;
  send(queue: QueueName, messages: readonly OutgoingMessage[]): Promise<void>;
};
