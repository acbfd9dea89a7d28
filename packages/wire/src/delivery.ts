import * as z from "zod";

import { CheckResponse, Heartbeat } from "./message.ts";

/** Why an agent never got a request, where the broker or the worker knows it. */
export const Reason = z.enum(["expired", "queue_full", "rejected", "unroutable"]);
export type Reason = z.output<typeof Reason>;

/** What the worker vouches for of whatever an agent says; the rest is as the agent sent it. */
export const Carried = z.object({
  kind: z.string(),
  agentId: z.uuid(),
  receivedAt: z.iso.datetime(),
  requestId: z.string().min(1).max(128),
});
export type Carried = z.output<typeof Carried>;

const Responded = Carried.extend({ kind: z.literal("response"), response: CheckResponse });

const Undelivered = Carried.omit({ receivedAt: true }).extend({
  kind: z.literal("undelivered"),
  checkId: z.uuid(),
  reason: Reason,
});

/** Body of `agent-results`. */
export const ResultDelivery = z.discriminatedUnion("kind", [Responded, Undelivered]);
export type ResultDelivery = z.output<typeof ResultDelivery>;

/** Body of `agent-heartbeats`. */
export const HeartbeatDelivery = Carried.pick({ agentId: true, receivedAt: true }).extend({
  heartbeat: Heartbeat,
});
export type HeartbeatDelivery = z.output<typeof HeartbeatDelivery>;
