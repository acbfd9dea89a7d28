import type { BrokerAccount } from "@netcheck/kernel/broker";
import { type Bounds, type Kind, SAID, saidKey } from "@netcheck/wire/kind";

/** Requests that no agent got. */
export const UNDELIVERED_QUEUE = "agent_undelivered";
/** What was thrown out, for people to look at. */
export const DEAD_LETTERS_QUEUE = "agent_dead_letters";

const UNDELIVERED_EXCHANGE = "agent_undelivered";
const DEAD_LETTERS_EXCHANGE = "agent_dead_letters";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What agents say, by the first word of the routing key. */
export type Kinds = Readonly<Record<string, Pick<Kind, "queue" | "bounds">>>;

export type Exchanges = { requestExchange: string; responseExchange: string };
export type Arguments = Record<string, string | number>;
type Binding = { exchange: string; queue: string; routingKey: string };

export type Topology = {
  exchanges: { name: string; type: "topic" | "fanout" }[];
  queues: { name: string; arguments: Arguments }[];
  bindings: Binding[];
};

/** What all agents share in the vhost. Every queue is bounded. */
export function sharedTopology(
  { requestExchange, responseExchange }: Exchanges,
  kinds: Kinds = SAID,
): Topology {
  const said = Object.entries(kinds);
  return {
    exchanges: [
      { name: requestExchange, type: "topic" },
      { name: responseExchange, type: "topic" },
      { name: UNDELIVERED_EXCHANGE, type: "fanout" },
      { name: DEAD_LETTERS_EXCHANGE, type: "fanout" },
    ],
    queues: [
      { name: DEAD_LETTERS_QUEUE, arguments: deadLetters },
      { name: UNDELIVERED_QUEUE, arguments: argumentsOf(undelivered) },
      ...said.map(([, { queue, bounds }]) => ({ name: queue, arguments: argumentsOf(bounds) })),
    ],
    bindings: [
      { exchange: DEAD_LETTERS_EXCHANGE, queue: DEAD_LETTERS_QUEUE, routingKey: "" },
      { exchange: UNDELIVERED_EXCHANGE, queue: UNDELIVERED_QUEUE, routingKey: "" },
      ...said.map(([kind, { queue }]) => ({
        exchange: responseExchange,
        queue,
        routingKey: saidKey(kind, "*"),
      })),
    ],
  };
}

const undelivered: Bounds = {
  messages: 100_000,
  bytes: 256 * MIB,
  whenFull: "drop_oldest",
  replicated: true,
};

function argumentsOf({ messages, bytes, whenFull, waitMs, replicated }: Bounds): Arguments {
  return {
    "x-queue-type": replicated ? "quorum" : "classic",
    "x-max-length": messages,
    ...(bytes !== undefined && { "x-max-length-bytes": bytes }),
    "x-overflow": whenFull === "refuse" ? "reject-publish" : "drop-head",
    ...(waitMs !== undefined && { "x-message-ttl": waitMs }),
    "x-dead-letter-exchange": DEAD_LETTERS_EXCHANGE,
    // RabbitMQ 4 would give up on a message after 20 returns; SQS may be away for longer than that.
    ...(replicated && { "x-delivery-limit": 1_000_000 }),
  };
}

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
export function accountRights(
  { agentId, queue }: BrokerAccount,
  { requestExchange, responseExchange }: Exchanges,
  kinds: Kinds = SAID,
) {
  const said = Object.keys(kinds).map(escaped).join("|");
  return {
    binding: { exchange: requestExchange, queue, routingKey: `agent.${agentId}` },
    limits: { "max-connections": 2, "max-channels": 8 },
    topicPermission: {
      exchange: responseExchange,
      write: `^(${said})\\.${escaped(agentId)}$`,
      read: "^$",
    },
    permission: { configure: "^$", write: exactly(responseExchange), read: exactly(queue) },
  };
}

/** What the worker needs: it declares nothing. */
export function workerPermission({ requestExchange }: Exchanges, kinds: Kinds = SAID) {
  const queues = [...Object.values(kinds).map(({ queue }) => queue), UNDELIVERED_QUEUE];
  const read = `^(${queues.map(escaped).join("|")})$`;
  return { configure: "^$", write: exactly(requestExchange), read };
}

const escaped = (name: string) => name.replace(/[^\w-]/g, String.raw`\$&`);
const exactly = (name: string) => `^${escaped(name)}$`;
