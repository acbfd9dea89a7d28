import type { ApiEnv } from "@netcheck/kernel/api-env";
import { may } from "@netcheck/kernel/right";
import { validate, validateId } from "@netcheck/kernel/validate";
import { Hono } from "hono";

import {
  ApiKeyId,
  CreateApiKey,
  createApiKey,
  ListApiKeys,
  listApiKeys,
  revokeApiKey,
} from "./api-key.ts";
import type { IdentityCtx } from "./ctx.ts";

const byId = validateId(ApiKeyId);

export const apiKeyRoutes = new Hono<ApiEnv<IdentityCtx>>()
  .get("/", may("session"), validate("query", ListApiKeys), async (c) =>
    c.json(await listApiKeys(c.var.ctx, c.req.valid("query"))),
  )
  .post("/", may("session"), validate("json", CreateApiKey), async (c) =>
    c.json(await createApiKey(c.var.ctx, c.req.valid("json")), 201, {
      "cache-control": "no-store",
    }),
  )
  .delete("/:id", may("session"), byId, async (c) => {
    await revokeApiKey(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  });
