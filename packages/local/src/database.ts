import { openNeon } from "@netcheck/adapters/neon";
import { openPostgres } from "@netcheck/adapters/postgres";
import type { Base } from "@netcheck/api/env";

import { startNeonProxy } from "./neon-proxy.ts";
import { isLoopback } from "./reachable-host.ts";

const CONNECTIONS = 10;

type Named = Pick<Base, "DATABASE_URL" | "DATABASE_DRIVER" | "NEON_PROXY">;

/** The database by the driver asked for. One on this machine has no Neon's edge, and gets a stand-in. */
export async function openDatabase({ DATABASE_URL: url, DATABASE_DRIVER, NEON_PROXY }: Named) {
  if (DATABASE_DRIVER === "pg") return openPostgres(url, CONNECTIONS);
  const { hostname: host, port } = new URL(url);
  const isEdgeNeeded = NEON_PROXY === undefined && isLoopback(host);
  const edge = isEdgeNeeded
    ? await startNeonProxy({ host, port: Number(port) || 5432 })
    : undefined;
  const { db, close } = openNeon(url, { proxy: NEON_PROXY ?? edge?.address, max: CONNECTIONS });
  return {
    db,
    async close() {
      await close();
      await edge?.close();
    },
  };
}
