import type { ApiEnv } from "@netcheck/kernel/http";
import { Hono } from "hono";
import { etag } from "hono/etag";

import { type DocsFiles, openDocs } from "./docs-files.ts";
import { CONTENT_POLICY, docsPage } from "./docs-page.ts";
import type { ApiCtx } from "./platform.ts";

/** What the API can do, for programs and for people. Asks nobody outside for anything. */
export function docsRoutes(files: DocsFiles) {
  const docs = openDocs(files);
  return new Hono<ApiEnv<ApiCtx>>()
    .get("/openapi.json", etag(), async (c) => {
      c.header("cache-control", "public, max-age=300");
      return c.body(await docs.document(), 200, { "content-type": "application/json" });
    })
    .get("/docs", async (c) => {
      c.header("content-security-policy", CONTENT_POLICY);
      c.header("cache-control", "no-cache");
      return c.html(docsPage(`/docs/scalar.js?v=${(await docs.program()).hash}`));
    })
    .get("/docs/scalar.js", async (c) => {
      const { hash, gzipped } = await docs.program();
      const forEver = c.req.query("v") === hash;
      c.header("cache-control", forEver ? "public, max-age=31536000, immutable" : "no-cache");
      c.header("content-encoding", "gzip");
      return c.body(gzipped, 200, { "content-type": "text/javascript; charset=utf-8" });
    });
}
