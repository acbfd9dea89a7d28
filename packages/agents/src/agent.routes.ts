import { type ApiEnv, validate } from "@netcheck/kernel/http";
import { Heartbeat } from "@netcheck/wire/message";
import { Register } from "@netcheck/wire/registration";
import { Hono } from "hono";
import * as z from "zod";

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
import { openAgentSession, rotateAgent } from "./secret.ts";

const Param = z.object({ id: AgentId });
const byId = validate("param", Param);

export const agentRoutes = new Hono<ApiEnv<AgentsCtx>>()
  .post("/", validate("json", CreateAgent), async (c) => {
    const agent = await createAgent(c.var.ctx, c.req.valid("json"));
    return c.json(agent, 201, { location: `/api/v1/agents/${agent.id}` });
  })
  .get("/", validate("query", ListAgents), async (c) =>
    c.json(await listAgents(c.var.ctx, c.req.valid("query"))),
  )
  .post("/register", validate("json", Register), async (c) =>
    c.json(await registerAgent(c.var.ctx, c.req.valid("json"))),
  )
  .post("/session", async (c) => c.json(await openAgentSession(c.var.ctx)))
  .post("/heartbeat", validate("json", Heartbeat), async (c) => {
    await beat(c.var.ctx, c.req.valid("json"));
    return c.body(null, 204);
  })
  .get("/:id", byId, async (c) => c.json(await getAgent(c.var.ctx, c.req.valid("param").id)))
  .patch("/:id", byId, validate("json", UpdateAgent), async (c) =>
    c.json(await updateAgent(c.var.ctx, { ...c.req.valid("param"), ...c.req.valid("json") })),
  )
  .delete("/:id", byId, async (c) => {
    await deleteAgent(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  })
  .post("/:id/pause", byId, async (c) =>
    c.json(await pauseAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/resume", byId, async (c) =>
    c.json(await resumeAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/rotate", byId, async (c) =>
    c.json(await rotateAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/enroll", byId, async (c) =>
    c.json(await enrolAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .post("/:id/revoke", byId, async (c) =>
    c.json(await revokeAgent(c.var.ctx, c.req.valid("param").id)),
  );
