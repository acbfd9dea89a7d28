import type { Db } from "@netcheck/kernel/ctx";
import { sql } from "drizzle-orm";
import { expect } from "vitest";

/** One for each that waits for a lock in this database at the moment, whatever kind of lock. */
export async function waiting(db: Db) {
  const locks = sql`pg_locks l join pg_stat_activity a on a.pid = l.pid`;
  const isWaiting = sql`not l.granted and a.datname = current_database()`;
  return await db
    .select({ one: sql`1` })
    .from(locks)
    .where(isWaiting);
}

/** Until so many wait. */
export async function untilWaiting(db: Db, many = 1) {
  await expect.poll(() => waiting(db), { timeout: 10_000 }).toHaveLength(many);
}

/** Work that stops after it has begun, and goes on when told, or when its test is over. */
export function gate() {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const open = () => opened.resolve();
  return {
    reached: reached.promise,
    open,
    [Symbol.dispose]: open,
    async pass() {
      reached.resolve();
      await opened.promise;
    },
  };
}
