import type { ApiEnv } from "@netcheck/kernel/api-env";
import { may } from "@netcheck/kernel/right";
import { validate } from "@netcheck/kernel/validate";
import { Hono } from "hono";

import { ListAudit, listAudit } from "./audit.ts";
import type { IdentityCtx } from "./ctx.ts";

export const auditRoutes = new Hono<ApiEnv<IdentityCtx>>().get(
  "/",
  may("people:write"),
  validate("query", ListAudit),
  async (c) => c.json(await listAudit(c.var.ctx, c.req.valid("query"))),
);
