import type { Contract, Problems } from "@netcheck/kernel/contract";
import { Instant } from "@netcheck/kernel/json.contract";
import { pageFields, pageOf } from "@netcheck/kernel/page.contract";
import type { CommonCode } from "@netcheck/kernel/problem.contract";
import { AgentSession } from "@netcheck/wire/registration";
import * as z from "zod";

import type { agentRoutes } from "./agent.routes.ts";
import { agent } from "./agent.sql.ts";
import { AgentId } from "./agent.ts";

export const agentProblems = {
  "agent.not_found": ["not_found", "No agent has this id."],
  "agents.name_taken": ["conflict", "Another agent has this name, or one that reads like it."],
  "agents.revoked": ["conflict", "A revoked agent stays revoked."],
  "agents.not_registered": ["conflict", "The agent has no secret yet that could be rotated."],
  "agents.beats": ["limited", "The agent beats more often than it should."],
  "agents.broker_unavailable": [
    "unavailable",
    "The broker does not answer; what was asked is kept and will be carried out.",
  ],
} as const satisfies Problems;

type Code = keyof typeof agentProblems | CommonCode;

const Location = z.object({
  country: z.string().exactOptional().describe("ISO 3166-1 alpha-2."),
  city: z.string().exactOptional(),
  asn: z.int().exactOptional(),
  network: z.string().exactOptional().describe("Its name, such as the provider's."),
});

const Agent = z
  .object({
    id: AgentId,
    name: z.string(),
    status: z.enum(agent.status.enumValues).meta({ id: "AgentStatus" }),
    location: Location.meta({ id: "AgentLocation" }),
    tags: z.array(z.string()),
    capabilities: z.array(z.string()).describe("The types of check that it can run where it is."),
    hostname: z.string().nullable(),
    region: z.string().nullable().describe("As the program says it; `location` is what counts."),
    localIp: z.string().nullable(),
    publicIp: z.string().nullable(),
    version: z.string().nullable(),
    registeredAt: Instant.nullable(),
    rotating: z.boolean().describe("True until the agent first uses its next secret."),
    createdAt: Instant,
    lastSeenAt: Instant.nullable(),
  })
  .meta({ id: "Agent" });

const AgentNow = Agent.extend({
  clockOffsetMs: z
    .number()
    .nullable()
    .describe("How far its clock is ahead of the platform's, as of its last beat."),
  clockJumpedAt: Instant.nullable().describe(
    "When its clock was last seen to have been set while it ran. It judges no check by that clock.",
  ),
}).meta({ id: "AgentNow" });

const EnrolledAgent = Agent.extend({
  enrollmentToken: z
    .string()
    .describe("Shown once, and spent by the first use of the secret that it buys."),
}).meta({ id: "EnrolledAgent" });

const Session = AgentSession.extend({
  agentSecret: z.string().exactOptional(),
  serverTime: Instant.describe("What an agent without a right clock counts deadlines by."),
  allow: AgentSession.shape.allow.describe(
    "Special networks that checks may reach, of those that the agent's own list has. Absent: all of these.",
  ),
})
  .describe("`password` is fresh in every answer; `agentSecret` is there if it is a new one.")
  .meta({ id: "AgentSession" });

const now = { 200: { means: "As it is now.", body: AgentNow } };
const fields = {
  name: "Unique, whatever its case, width and spaces.",
  location: "Where it stands. It wins over what the agent says of itself.",
} as const;

export const agentContract = {
  "POST /": {
    id: "createAgent",
    summary: "Create an agent",
    description: "It is `setup` until a program registers with the enrolment token.",
    answers: { 201: { means: "Created.", body: EnrolledAgent, headers: ["location"] } },
    refusals: ["agents.name_taken"],
    fields,
  },
  "GET /": {
    id: "listAgents",
    summary: "List agents",
    description: "All that is given must fit.",
    answers: {
      200: { means: "In the order of creation.", body: pageOf(Agent, "AgentPage", AgentId) },
    },
    fields: {
      ...pageFields,
      country: "ISO 3166-1 alpha-2.",
      name: "A part of the name.",
    },
  },
  "POST /register": {
    id: "registerAgent",
    summary: "Register an agent by its enrolment token",
    description:
      "For the agent's program: answers its secret. Registering again replaces the secret until it is first used, which spends the token.",
    answers: { 200: { means: "What it needs to connect.", body: Session } },
    refusals: ["identity.unauthenticated", "agents.broker_unavailable"],
  },
  "POST /session": {
    id: "openAgentSession",
    summary: "Open an agent's session",
    description:
      "Where to connect, with a fresh password. At each start, and whenever the broker refuses. After a rotation, a new secret too.",
    answers: { 200: { means: "What it needs to connect.", body: Session } },
    refusals: ["agents.broker_unavailable"],
  },
  "POST /heartbeat": {
    id: "sendHeartbeat",
    summary: "Send a heartbeat",
    description: "For agents that cannot send it over AMQP.",
    answers: { 204: { means: "Noted." } },
    refusals: ["agents.beats"],
    fields: {
      v: "The version of the protocol.",
      at: "By the agent's clock.",
      load: "Of the host, the average of a minute.",
      running: "How many checks.",
      clockOffsetMs: "How far the agent's clock is ahead of the platform's, as it has learnt.",
      clockJumpedAt: "When the agent's clock was last seen to have been set.",
      capabilities: "The types of check that it can run where it is.",
    },
  },
  "GET /:id": {
    id: "getAgent",
    summary: "Read an agent",
    answers: now,
    refusals: ["agent.not_found"],
  },
  "PATCH /:id": {
    id: "updateAgent",
    summary: "Rename, move or tag an agent",
    description:
      "What is given replaces what was there, whole. Results keep what they were made under.",
    answers: now,
    refusals: ["agent.not_found", "agents.name_taken"],
    fields,
  },
  "DELETE /:id": {
    id: "deleteAgent",
    summary: "Delete an agent",
    description: "Its credentials are worth nothing from here on. Results stay.",
    answers: { 204: { means: "Deleted." } },
    refusals: ["agent.not_found", "agents.broker_unavailable"],
  },
  "POST /:id/pause": {
    id: "pauseAgent",
    summary: "Give an agent no checks",
    description: "Until it is resumed, whatever it says of itself. Safe to repeat.",
    answers: now,
    refusals: ["agent.not_found", "agents.revoked"],
  },
  "POST /:id/resume": {
    id: "resumeAgent",
    summary: "Give an agent checks again",
    description: "Active if it is present, else inactive until it beats. Safe to repeat.",
    answers: now,
    refusals: ["agent.not_found", "agents.revoked"],
  },
  "POST /:id/rotate": {
    id: "rotateAgent",
    summary: "Give an agent a new secret",
    description:
      "Its next session hands it out; the old one works until the new one is first used.",
    answers: now,
    refusals: ["agent.not_found", "agents.revoked", "agents.not_registered"],
  },
  "POST /:id/enroll": {
    id: "enrollAgent",
    summary: "Enrol an agent again",
    description: "For one that lost its secret. The secret in use works until the token's is.",
    answers: { 200: { means: "With its new token.", body: EnrolledAgent } },
    refusals: ["agent.not_found", "agents.revoked"],
  },
  "POST /:id/revoke": {
    id: "revokeAgent",
    summary: "Cut an agent off",
    description: "Within a second, and for good. Safe to repeat.",
    answers: { 200: { means: "Revoked.", body: Agent } },
    refusals: ["agent.not_found", "agents.broker_unavailable"],
  },
} as const satisfies Contract<typeof agentRoutes, Code>;
