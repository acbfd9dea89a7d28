import type { ApiEnv } from "@netcheck/kernel/api-env";
import { etagOf } from "@netcheck/kernel/etag";
import { readKey } from "@netcheck/kernel/idempotency-key";
import { may } from "@netcheck/kernel/right";
import { validate, validateId } from "@netcheck/kernel/validate";
import { Hono } from "hono";
import { etag } from "hono/etag";

import { CheckId, getCheck, StartCheck, startCheck } from "./check.ts";
import type { ChecksCtx } from "./ctx.ts";
import { ListChecks, listChecks } from "./history.ts";

const orNobody = ({ anonymousChecks }: ChecksCtx) => anonymousChecks;

export const checkRoutes = new Hono<ApiEnv<ChecksCtx>>()
  .post("/", may("checks:write", { orNobody }), validate("json", StartCheck), async (c) => {
    const key = readKey(c.req.header("idempotency-key"));
    const { check, limits } = await startCheck(c.var.ctx, c.req.valid("json"), key);
    return c.json(check, 202, { ...limits, location: `/api/v1/checks/${check.id}` });
  })
  .get("/", may("checks:read"), etag(), validate("query", ListChecks), async (c) => {
    c.header("cache-control", "private, no-cache");
    const page = await listChecks(c.var.ctx, c.req.valid("query"));
    return c.json(page, 200, { etag: etagOf(page) });
  })
  .get("/:id", may("checks:read", { orNobody }), etag(), validateId(CheckId), async (c) => {
    c.header("cache-control", "private, no-cache");
    const check = await getCheck(c.var.ctx, c.req.valid("param").id);
    return c.json(check, 200, { etag: etagOf(check) });
  });
