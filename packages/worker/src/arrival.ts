import { randomUUID } from "node:crypto";

import { sqsSafe } from "@netcheck/adapters/sqs-batch";
import { REQUEST_ID } from "@netcheck/kernel/request-id";
import type { Carried, Reason, ResultDelivery } from "@netcheck/wire/delivery";
import { type Kind, type Question, saidKey } from "@netcheck/wire/kind";
import {
  MAX_MESSAGE_BYTES,
  REQUEST_ID_HEADER,
  RequestHead,
  WIRE_VERSION,
} from "@netcheck/wire/message";
import type { ConsumeMessage } from "amqplib";
import * as z from "zod";

/** What came from the broker, as far as it is looked at. */
export type Arrival = Pick<ConsumeMessage, "content"> & {
  fields: Pick<ConsumeMessage["fields"], "routingKey">;
  properties: Pick<ConsumeMessage["properties"], "userId" | "headers">;
};

export type Rejection = "no_user_id" | "wrong_key" | "too_large" | "malformed" | "version";

/** The SQS body to send on, or why the message is thrown out. `agentId` is the broker's word. */
export type Verdict =
  | { body: string; agentId: string; requestId: string }
  | { reason: Rejection; agentId?: string };

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const USER = new RegExp(`^agent\\.(${UUID})$`);

/** Judges what lies in the queue of a kind. What a body says of its sender is ignored. */
export function judgeSaid(kind: string, { schema, carriedAs }: Pick<Kind, "schema" | "carriedAs">) {
  return (arrival: Arrival, now: Date): Verdict => {
    const { content, fields, properties } = arrival;
    const userId: unknown = properties.userId;
    const agentId = typeof userId === "string" ? USER.exec(userId)?.[1] : undefined;
    if (!agentId) return { reason: "no_user_id" };
    // A CC header leads past the broker's own check of the key, into the other queue.
    if (fields.routingKey !== saidKey(kind, agentId)) return { reason: "wrong_key", agentId };
    if (content.length > MAX_MESSAGE_BYTES) return { reason: "too_large", agentId };
    const text = content.toString();
    const parsed = parse(jsonOf(text), schema);
    if (!parsed.success) return { reason: parsed.reason, agentId };
    const requestId = requestIdOf(arrival);
    const head = { kind: carriedAs, agentId, receivedAt: now.toISOString(), requestId };
    return { body: splice(head satisfies Carried, carriedAs, text), agentId, requestId };
  };
}

/** Judges what lies in `agent_undelivered`: requests of ours, of these kinds, that the broker could not keep. */
export function judgeUndelivered(kinds: Readonly<Record<string, Pick<Question, "schema">>>) {
  return (arrival: Arrival): Verdict => {
    const agentId = USER.exec(arrival.fields.routingKey)?.[1];
    if (!agentId) return { reason: "wrong_key" };
    const json = jsonOf(arrival.content.toString());
    const head = parse(json, RequestHead);
    if (!head.success) return { reason: head.reason, agentId };
    const { id: checkId, kind } = head.data;
    const schema = Object.hasOwn(kinds, kind) ? kinds[kind]?.schema : undefined;
    if (!schema?.safeParse(json).success) return { reason: "malformed", agentId };
    const requestId = requestIdOf(arrival);
    const reason = reasonOf(arrival.properties.headers?.["x-death"]?.[0]?.reason);
    const report = { kind: "undelivered", agentId, checkId, reason, requestId } as const;
    return { body: JSON.stringify(report satisfies ResultDelivery), agentId, requestId };
  };
}

/** `x-death` reasons: https://www.rabbitmq.com/docs/dlx */
function reasonOf(death: string | undefined): Reason {
  if (death === "expired") return "expired";
  return death === "maxlen" ? "queue_full" : "rejected";
}

const Versioned = z.object({ v: z.int() });

function parse<S extends z.ZodType>(json: unknown, schema: S) {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed;
  const version = Versioned.safeParse(json).data?.v;
  const isOther = version !== undefined && version !== WIRE_VERSION;
  return { success: false, reason: isOther ? "version" : "malformed" } as const;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The text as it came, parsed but not written anew, as the last field of an object. */
function splice(head: Record<string, string>, field: string, text: string) {
  return `${JSON.stringify(head).slice(0, -1)},"${field}":${sqsSafe(text)}}`;
}

function requestIdOf({ properties }: Arrival) {
  const given: unknown = properties.headers?.[REQUEST_ID_HEADER];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}
