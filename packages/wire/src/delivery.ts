import * as z from "zod";

import { CheckResponse, Heartbeat } from "./message.ts";

/** Why an agent never got a request, where the broker or the worker knows it. */
export const Reason = z.enum(["expired", "queue_full", "rejected", "unroutable"]);
export type Reason = z.output<typeof Reason>;

const Common = { agentId: z.uuid(), requestId: z.string().min(1).max(128) };

/** The worker vouches for `agentId` and `receivedAt`; `response` is as the agent sent it. */
const Responded = z.object({
  ...Common,
  kind: z.literal("response"),
  receivedAt: z.iso.datetime(),
  response: CheckResponse,
});

const Undelivered = z.object({
  ...Common,
  kind: z.literal("undelivered"),
  checkId: z.uuid(),
  reason: Reason,
});

/** Body of `agent-results`. */
export const ResultDelivery = z.discriminatedUnion("kind", [Responded, Undelivered]);
export type ResultDelivery = z.output<typeof ResultDelivery>;

/** Body of `agent-heartbeats`. */
export const HeartbeatDelivery = z.object({
  agentId: z.uuid(),
  receivedAt: z.iso.datetime(),
  heartbeat: Heartbeat,
});
export type HeartbeatDelivery = z.output<typeof HeartbeatDelivery>;
