import { gunzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { useWorld } from "../support/world.ts";

describe("the documentation", () => {
  const world = useWorld();

  it("[PLT-2] the description is cached, and asked for again only when it has changed", async () => {
    const first = await world().request("/openapi.json");
    expect(first.headers.get("cache-control")).toBe("public, max-age=300");
    expect(await first.json()).toMatchObject({ openapi: "3.1.1" });
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    expect((await world().request("/openapi.json", { headers })).status).toBe(304);
  });

  it("[PLT-3] the page may run its own program, ask its own origin, and be in nobody's frame", async () => {
    const page = await world().request("/docs");
    const policy = (page.headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(await page.text()).not.toMatch(/https?:/);
  });

  it("[PLT-3] its program is cached for ever under its own name only", async () => {
    const page = await (await world().request("/docs")).text();
    const [, path = ""] = /<script src="([^"]+)">/.exec(page) ?? [];
    const program = await world().request(path);
    expect(program.headers.get("cache-control")).toContain("immutable");
    const text = gunzipSync(await program.arrayBuffer()).toString();
    expect(text).toContain("createApiReference");
    const other = await world().request("/docs/scalar.js?v=other");
    expect(other.headers.get("cache-control")).toBe("no-cache");
  });
});
