import { once } from "node:events";

import { serve } from "@hono/node-server";
import { redisKey } from "@netcheck/identity/redis-key";
import { openRedisDirectly } from "@netcheck/local/redis-direct";
import { Hono } from "hono";
import { Pool } from "pg";

/** The floor of an authenticated read: the same calls to Redis and Postgres, and nothing decided. */
const [, , sessionId = "", personId = ""] = process.argv;
const sessionKey = redisKey("session", sessionId);
const { client: redis } = await openRedisDirectly(process.env["REDIS_URL"] ?? "");
const pool = new Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });
pool.on("error", () => undefined);
const app = new Hono().get("/", async (c) => {
  await redis.get(sessionKey);
  const { rows } = await pool.query("select * from identity.person where id = $1", [personId]);
  return c.json({ id: rows[0]?.id, email: rows[0]?.email, role: rows[0]?.role });
});
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
await once(server, "listening");
const address = server.address();
process.send?.(typeof address === "object" ? address?.port : undefined);
