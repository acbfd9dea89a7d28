import type * as z from "zod";

import { CheckRequest, CheckResponse, Heartbeat } from "./message.ts";

const MIB = 1024 * 1024;

/** How much of a kind may wait at the broker, and what happens to more. */
export type Bounds = {
  messages: number;
  bytes?: number;
  /** `refuse` tells the sender, who keeps it. */
  whenFull: "refuse" | "drop_oldest";
  /** What waits longer is thrown out. */
  waitMs?: number;
  /** Whether it outlives the loss of one of the broker's nodes. */
  replicated: boolean;
};

/** A kind of message that agents send: `agent_responses`, routing key `<kind>.<agentId>`, `user-id` set. */
export type Kind = {
  /** The queue at the broker that the worker empties. */
  queue: string;
  /** The queue in SQS that the worker fills. */
  carriedTo: string;
  bounds: Bounds;
  schema: z.ZodType;
  /** What it is called in what is carried: the body's `kind` there and the field it stands in. */
  carriedAs: string;
};

/** What agents say. The broker's topology and permissions and the worker's routes are made from it. */
export const SAID = {
  result: {
    queue: "agent_results",
    carriedTo: "agent-results",
    // A full queue refuses, so that the agent's confirm is a nack and it keeps the answer.
    bounds: { messages: 100_000, bytes: 256 * MIB, whenFull: "refuse", replicated: true },
    schema: CheckResponse,
    carriedAs: "response",
  },
  heartbeat: {
    queue: "agent_heartbeats",
    carriedTo: "agent-heartbeats",
    // Presence goes by the time of receipt: a beat that waited longer than this would be a lie.
    bounds: { messages: 10_000, whenFull: "drop_oldest", waitMs: 15_000, replicated: false },
    schema: Heartbeat,
    carriedAs: "heartbeat",
  },
} as const satisfies Record<string, Kind>;

/** The first word of an agent's routing key. */
export type Said = keyof typeof SAID;

/** A kind of request to agents: `agent_requests_exchange`, routing key `agent.<agentId>`. */
export type Question = {
  /** The queue in SQS that the worker empties. */
  takenFrom: string;
  schema: z.ZodType;
};

/** What agents are asked. What the worker takes, and reads of what comes back, is made from it. */
export const ASKED = {
  check: { takenFrom: "check-requests", schema: CheckRequest },
} as const satisfies Record<string, Question>;

/** What answers a request of any kind. That no agent got it is told in the same place. */
export const ANSWER = SAID.result;

/** The `kind` of a request. */
export type Asked = keyof typeof ASKED;

/** Where an agent publishes a message of this kind. */
export function saidKey(kind: string, agentId: string) {
  return `${kind}.${agentId}`;
}
