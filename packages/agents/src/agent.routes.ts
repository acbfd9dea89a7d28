import { type ApiEnv, validate } from "@netcheck/kernel/http";
import { Register } from "@netcheck/wire/registration";
import { Hono } from "hono";
import * as z from "zod";

import {
  AgentId,
  CreateAgent,
  createAgent,
  deleteAgent,
  getAgent,
  ListAgents,
  listAgents,
  revokeAgent,
} from "./agent.ts";
import type { AgentsCtx } from "./ctx.ts";
import { openAgentSession, registerAgent } from "./enrolment.ts";

const Param = z.object({ id: AgentId });

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
  .get("/:id", validate("param", Param), async (c) =>
    c.json(await getAgent(c.var.ctx, c.req.valid("param").id)),
  )
  .delete("/:id", validate("param", Param), async (c) => {
    await deleteAgent(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  })
  .post("/:id/revoke", validate("param", Param), async (c) =>
    c.json(await revokeAgent(c.var.ctx, c.req.valid("param").id)),
  );
