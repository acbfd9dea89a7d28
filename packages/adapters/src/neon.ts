import { neonConfig, Pool } from "@neondatabase/serverless";
import type { Db } from "@netcheck/kernel/ctx";
import { log } from "@netcheck/kernel/log";
import { drizzle } from "drizzle-orm/neon-serverless";

import { overlaid, sparingPool } from "./postgres-pool.ts";

type Options = {
  /** `host:port` of a stand-in for Neon's WebSocket edge; absent on Neon. */
  proxy?: string | undefined;
  /** Connections at a time: one is enough for a function, which does one thing at a time. */
  max?: number;
  /** The clock that goes on while a function is frozen. */
  now?: () => number;
};

/** A frozen function's timers stand still and its sockets die unnoticed: nothing older is used. */
const IDLE_MS = 10_000;

/**
 * A pool over Neon's WebSocket driver.
 * Connecting is given 5 s, for a sleeping database has to wake; a statement 10 s.
 */
export function openNeon(
  connectionString: string,
  { proxy, max = 1, now = Date.now }: Options = {},
): { db: Db; connectEarly(): void; close(): Promise<void> } {
  if (proxy) {
    Object.assign(neonConfig, { wsProxy: () => `${proxy}/v2`, useSecureWebSocket: false });
  }
  const pool = openPool(connectionString, max);
  let current = pool;
  let usedAt = now();

  function fresh() {
    if (now() - usedAt > IDLE_MS && current.idleCount > 0) {
      const old = current;
      current = openPool(connectionString, max);
      old.end().catch((error: unknown) => log.debug("old database connection", { error }));
    }
    usedAt = now();
    return current;
  }

  const query = async (...args: Statement) => {
    try {
      return await fresh().query(...args);
    } catch (error) {
      if (!isRead(args[0].text) || !isLost(error)) throw asError(error);
      log.info("database connection was dead, reading again", { error: asError(error) });
      return await fresh()
        .query(...args)
        .catch(rethrow);
    }
  };
  /** For one who will ask soon: has a connection made meanwhile. Who asks hears of a failure. */
  function connectEarly() {
    if (current.totalCount > 0) return;
    const connecting = fresh().connect();
    connecting.then(
      (early) => early.release(),
      (error: unknown) => log.debug("early database connection", { error: asError(error) }),
    );
  }

  const connect = () => fresh().connect().catch(rethrow);
  const client = sparingPool(overlaid(pool, { query, connect }));
  const db = drizzle({ client, casing: "snake_case" });
  return { db, connectEarly, close: () => current.end() };
}

type Statement = [{ text: string; [option: string]: unknown }, unknown[]?];

function openPool(connectionString: string, max: number) {
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 5_000,
    // Neon's pooler takes no statement_timeout at connect; the runbook sets it on the role.
    query_timeout: 10_000,
    idleTimeoutMillis: IDLE_MS,
  });
  // What it is told carries its whole configuration, with the password.
  pool.on("error", (error: unknown) =>
    log.warn("idle database connection lost", { error: asError(error).message }),
  );
  return pool;
}

function isRead(text: string) {
  return /^\s*select\b/i.test(text) && !/\bfor (no key )?(update|share)\b|_lock\(/i.test(text);
}

/** Postgres' own refusals carry a SQLSTATE; a socket that is gone has none, or an errno. */
function isLost(error: unknown) {
  const { code } = asError(error);
  return code === undefined || /^(E[A-Z]+|57P0\d|08\d{3})$/.test(code);
}

/** A WebSocket that fails says so with an event, which has no stack and is no Error. */
function asError(error: unknown): Error & { code?: string } {
  if (error instanceof Error) return error;
  const { message } = error as { message?: string };
  const lost = new Error(`The connection to the database failed: ${message}`);
  return Object.assign(lost, { code: "ECONNRESET" });
}

function rethrow(error: unknown): never {
  throw asError(error);
}
