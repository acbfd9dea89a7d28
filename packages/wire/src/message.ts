import * as z from "zod";

import { TypedOptions } from "./options.ts";

/** Version of the messages below; a message of another version is dead-lettered with a counter. */
export const WIRE_VERSION = 1;

/** Largest message either side accepts, in bytes. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

export const CheckType = z.enum(TypedOptions.options.map(({ shape }) => shape.type.value));
export type CheckType = z.output<typeof CheckType>;

/** Where a failed check was stopped: whose fault it is. */
export const FailureSource = z.enum(["target", "resolver", "path", "agent", "platform"]);
export type FailureSource = z.output<typeof FailureSource>;

/** How far the agent came before it failed. */
export const Phase = z.enum([
  "policy",
  "dns",
  "tcp",
  "tls",
  "firstByte",
  "download",
  "icmp",
  "run",
]);
export type Phase = z.output<typeof Phase>;

const Id = z.uuid();
const Instant = z.iso.datetime({ offset: true });
const Port = z.int().min(1).max(65_535);

/** What every request carries, whatever it asks: `agent_requests_exchange`, routing key `agent.<agentId>`. */
export const RequestHead = z.object({
  v: z.literal(WIRE_VERSION),
  id: Id,
  kind: z.string().min(1).max(64).default("check"),
});
export type RequestHead = z.output<typeof RequestHead>;

/** Asks for a check. The first version knew no kinds: without one, a request is this. */
export const CheckRequest = RequestHead.extend({
  kind: z.literal("check").optional(),
  type: CheckType,
  /** A name of 255 bytes, each of them escaped, is the longest (RFC 1035, 5.1). */
  target: z.string().min(1).max(1_024),
  port: Port.optional(),
  options: z.record(z.string(), z.unknown()),
  deadlineAt: Instant,
});
export type CheckRequest = z.output<typeof CheckRequest>;

const Answer = {
  v: z.literal(WIRE_VERSION),
  id: Id,
  startedAt: Instant,
  durationMs: z.number().min(0).max(3_600_000),
};

const Result = z.record(z.string(), z.unknown());

/** The agent got the type's own answer, whatever that answer says about the target. */
const Finished = z.object({ ...Answer, status: z.literal("finished"), result: Result });

/** Something stood in the way; `result` keeps what was learnt until then. */
const Failed = z.object({
  ...Answer,
  status: z.literal("failed"),
  failureSource: FailureSource,
  failedPhase: Phase,
  error: z.object({ code: z.string().min(1).max(64), message: z.string().max(1_000) }),
  result: Result,
});

/** What an agent answers to a request. */
export const CheckResponse = z.discriminatedUnion("status", [Finished, Failed]);
export type CheckResponse = z.output<typeof CheckResponse>;

/** What an agent says of itself every few seconds. */
export const Heartbeat = z.object({
  v: z.literal(WIRE_VERSION),
  at: Instant,
  version: z.string().max(64),
  load: z.number().min(0),
  running: z.int().min(0),
  capabilities: z.array(z.string().max(32)).max(32),
  /** How far the host's clock is ahead of the platform's, as the agent has learnt. */
  clockOffsetMs: z.int().optional(),
  /** When the host's clock was last seen to have been set, by the platform's time. */
  clockJumpedAt: Instant.optional(),
});
export type Heartbeat = z.output<typeof Heartbeat>;

/** The header that carries the request id through AMQP. */
export const REQUEST_ID_HEADER = "x-request-id";
