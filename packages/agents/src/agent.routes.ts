import type { ApiEnv } from "@netcheck/kernel/api-env";
import { networkOf } from "@netcheck/kernel/network";
import { takeFrom } from "@netcheck/kernel/rate-limit";
import { may } from "@netcheck/kernel/right";
import { validate, validateId } from "@netcheck/kernel/validate";
import { Heartbeat } from "@netcheck/wire/message";
import { Register } from "@netcheck/wire/registration";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";

import {
  AgentId,
  CreateAgent,
  createAgent,
  deleteAgent,
  getAgent,
  pauseAgent,
  resumeAgent,
  revokeAgent,
  UpdateAgent,
  updateAgent,
} from "./agent.ts";
import type { AgentsCtx } from "./ctx.ts";
import { enrolAgent, registerAgent } from "./enrolment.ts";
import { ListAgents, listAgents } from "./listing.ts";
import { beat } from "./presence.ts";
import { bucketOf } from "./redis-key.ts";
import { openAgentSession, rotateAgent } from "./secret.ts";

type Env = ApiEnv<AgentsCtx>;

/** Per network, and before the token is looked at. */
const REGISTRATIONS = { name: "agent_registration", most: 60, windowSeconds: 60 };

const byId = validateId(AgentId);

const limitRegistration = createMiddleware<Env>(async (c, next) => {
  const { ctx } = c.var;
  const { giveBack } = await takeFrom(ctx, [bucketOf(REGISTRATIONS, networkOf(ctx))]);
  await next();
  // A whole site may register from behind one address; what counts are tokens that buy nothing.
  if (c.res.ok) await giveBack();
});

export const agentRoutes = new Hono<Env>()
  .post("/", may("agents:write"), validate("json", CreateAgent), async (c) => {
    const agent = await createAgent(c.var.ctx, c.req.valid("json"));
    return c.json(agent, 201, { location: `/api/v1/agents/${agent.id}` });
  })
  .get("/", may("agents:read"), validate("query", ListAgents), async (c) =>
    c.json(await listAgents(c.var.ctx, c.req.valid("query"))),
  )
  .post("/register", may("anyone"), limitRegistration, validate("json", Register), async (c) =>
    c.json(await registerAgent(c.var.ctx, c.req.valid("json"))),
  )
  .post("/session", may("agent"), async (c) => c.json(await openAgentSession(c.var.ctx)))
  .post("/heartbeat", may("agent"), validate("json", Heartbeat), async (c) => {
    await beat(c.var.ctx, c.req.valid("json"));
    return c.body(null, 204);
  })
  .get("/:id", may("agents:read"), byId, async (c) =>
    c.json(await getAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .patch("/:id", may("agents:write"), byId, validate("json", UpdateAgent), async (c) =>
    c.json(await updateAgent(c.var.ctx, { ...c.req.valid("param"), ...c.req.valid("json") })),
  )
  .delete("/:id", may("agents:write"), byId, async (c) => {
    await deleteAgent(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  })
  .post("/:id/pause", may("agents:write"), byId, async (c) =>
    c.json(await pauseAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/resume", may("agents:write"), byId, async (c) =>
    c.json(await resumeAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/rotate", may("agents:write"), byId, async (c) =>
    c.json(await rotateAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/enroll", may("agents:write"), byId, async (c) =>
    c.json(await enrolAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/revoke", may("agents:write"), byId, async (c) =>
    c.json(await revokeAgent(c.var.ctx, c.req.valid("param").id)),
  );
