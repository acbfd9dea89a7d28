import type { BrokerAccount } from "@netcheck/kernel/broker";

/** The queues the worker consumes, by what is in them. */
export const RESULTS_QUEUE = "agent_results";
export const HEARTBEATS_QUEUE = "agent_heartbeats";
export const UNDELIVERED_QUEUE = "agent_undelivered";
/** What was thrown out, for people to look at. */
export const DEAD_LETTERS_QUEUE = "agent_dead_letters";

const UNDELIVERED_EXCHANGE = "agent_undelivered";
const DEAD_LETTERS_EXCHANGE = "agent_dead_letters";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

export type Exchanges = { requestExchange: string; responseExchange: string };
export type Arguments = Record<string, string | number>;
type Binding = { exchange: string; queue: string; routingKey: string };

export type Topology = {
  exchanges: { name: string; type: "topic" | "fanout" }[];
  queues: { name: string; arguments: Arguments }[];
  bindings: Binding[];
};

/** What all agents share in the vhost. Every queue is bounded. */
export function sharedTopology({ requestExchange, responseExchange }: Exchanges): Topology {
  return {
    exchanges: [
      { name: requestExchange, type: "topic" },
      { name: responseExchange, type: "topic" },
      { name: UNDELIVERED_EXCHANGE, type: "fanout" },
      { name: DEAD_LETTERS_EXCHANGE, type: "fanout" },
    ],
    queues: [
      { name: DEAD_LETTERS_QUEUE, arguments: deadLetters },
      { name: UNDELIVERED_QUEUE, arguments: undelivered },
      { name: RESULTS_QUEUE, arguments: results },
      { name: HEARTBEATS_QUEUE, arguments: heartbeats },
    ],
    bindings: [
      { exchange: DEAD_LETTERS_EXCHANGE, queue: DEAD_LETTERS_QUEUE, routingKey: "" },
      { exchange: UNDELIVERED_EXCHANGE, queue: UNDELIVERED_QUEUE, routingKey: "" },
      { exchange: responseExchange, queue: RESULTS_QUEUE, routingKey: "result.*" },
      { exchange: responseExchange, queue: HEARTBEATS_QUEUE, routingKey: "heartbeat.*" },
    ],
  };
}

/** A full queue refuses, so that the agent's confirm is a nack and it keeps the answer. */
const results: Arguments = {
  "x-queue-type": "quorum",
  "x-max-length": 100_000,
  "x-max-length-bytes": 256 * MIB,
  "x-overflow": "reject-publish",
  "x-dead-letter-exchange": DEAD_LETTERS_EXCHANGE,
  // RabbitMQ 4 would give up on a message after 20 returns; SQS may be away for longer than that.
  "x-delivery-limit": 1_000_000,
};

/** Presence goes by the time of receipt: a beat that waited longer than this would be a lie. */
const heartbeats: Arguments = {
  "x-queue-type": "classic",
  "x-max-length": 10_000,
  "x-overflow": "drop-head",
  "x-message-ttl": 15_000,
  "x-dead-letter-exchange": DEAD_LETTERS_EXCHANGE,
};

const undelivered: Arguments = {
  "x-queue-type": "quorum",
  "x-max-length": 100_000,
  "x-max-length-bytes": 256 * MIB,
  "x-overflow": "drop-head",
  "x-dead-letter-exchange": DEAD_LETTERS_EXCHANGE,
  "x-delivery-limit": 1_000_000,
};

const deadLetters: Arguments = {
  "x-queue-type": "classic",
  "x-max-length": 10_000,
  "x-max-length-bytes": 256 * MIB,
  "x-overflow": "drop-head",
  "x-message-ttl": 7 * DAY_MS,
};

/** Arguments of an agent's own queue. What it loses comes back with the reason. */
export const requestQueue: Arguments = {
  "x-queue-type": "quorum",
  "x-max-length": 10_000,
  "x-max-length-bytes": 64 * MIB,
  "x-overflow": "drop-head",
  "x-dead-letter-exchange": UNDELIVERED_EXCHANGE,
  "x-delivery-limit": 20,
};

/** What one account may do, and no more. Patterns are regular expressions of the broker. */
export function accountRights({ agentId, queue }: BrokerAccount, exchanges: Exchanges) {
  const { requestExchange, responseExchange } = exchanges;
  return {
    binding: { exchange: requestExchange, queue, routingKey: `agent.${agentId}` },
    limits: { "max-connections": 2, "max-channels": 8 },
    topicPermission: {
      exchange: responseExchange,
      write: `^(result|heartbeat)\\.${escaped(agentId)}$`,
      read: "^$",
    },
    permission: { configure: "^$", write: exactly(responseExchange), read: exactly(queue) },
  };
}

/** What the worker needs: it declares nothing. */
export function workerPermission({ requestExchange }: Exchanges) {
  const queues = [RESULTS_QUEUE, HEARTBEATS_QUEUE, UNDELIVERED_QUEUE].join("|");
  return { configure: "^$", write: exactly(requestExchange), read: `^(${queues})$` };
}

const escaped = (name: string) => name.replace(/[^\w-]/g, String.raw`\$&`);
const exactly = (name: string) => `^${escaped(name)}$`;
