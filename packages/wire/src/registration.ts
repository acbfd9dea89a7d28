import * as z from "zod";

/** What an agent says of itself when it registers; `token` is the one-time enrolment token. */
export const Register = z.object({
  token: z.string().min(1).max(256),
  hostname: z.string().min(1).max(253),
  region: z.string().max(64).optional(),
  localIp: z.union([z.ipv4(), z.ipv6()]).optional(),
  publicIp: z.union([z.ipv4(), z.ipv6()]).optional(),
  version: z.string().min(1).max(64),
  capabilities: z.array(z.string().min(1).max(32)).max(32),
});
export type Register = z.output<typeof Register>;

/** Where and as whom an agent connects. `password` is fresh in every answer. */
export const BrokerBlock = z.object({
  host: z.string(),
  port: z.int(),
  tls: z.boolean(),
  vhost: z.string(),
  username: z.string(),
  password: z.string(),
  requestQueue: z.string(),
  responseExchange: z.string(),
});
export type BrokerBlock = z.output<typeof BrokerBlock>;

/** Answer of `POST /agents/register` and `POST /agents/session`. */
export const AgentSession = z.object({
  agentId: z.uuid(),
  /** Present after registering and after a rotation: keep it, it is not shown again. */
  agentSecret: z.string().optional(),
  serverTime: z.iso.datetime(),
  heartbeatIntervalSeconds: z.int().positive(),
  /** Special networks that checks may reach, of those only that the agent's own list has; absent, all of them. */
  allow: z.array(z.string()).optional(),
  broker: BrokerBlock,
});
export type AgentSession = z.output<typeof AgentSession>;
