import type { ApiEnv } from "@netcheck/kernel/api-env";
import { may } from "@netcheck/kernel/right";
import { Hono } from "hono";
import { etag } from "hono/etag";

import type { PlatformCtx } from "./ctx.ts";
import { CONTENT_POLICY, docsPage } from "./docs-page.ts";

/** What the API can do, for people. Asks nobody outside for anything. */
export const docsRoutes = new Hono<ApiEnv<PlatformCtx>>()
  .get("/", may("public"), async (c) => {
    c.header("content-security-policy", CONTENT_POLICY);
    c.header("cache-control", "no-cache");
    const { hash } = await c.var.ctx.docs.program();
    return c.html(docsPage(`/docs/scalar.js?v=${hash}`));
  })
  .get("/scalar.js", may("public"), async (c) => {
    const { hash, gzipped } = await c.var.ctx.docs.program();
    const forEver = c.req.query("v") === hash;
    c.header("cache-control", forEver ? "public, max-age=31536000, immutable" : "no-cache");
    c.header("content-encoding", "gzip");
    return c.body(gzipped, 200, { "content-type": "text/javascript; charset=utf-8" });
  });

/** The same for programs. */
export const descriptionRoutes = new Hono<ApiEnv<PlatformCtx>>().get(
  "/",
  may("public"),
  etag(),
  async (c) => {
    c.header("cache-control", "public, max-age=300");
    const document = await c.var.ctx.docs.document();
    return c.body(document, 200, { "content-type": "application/json" });
  },
);
