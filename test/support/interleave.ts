import { setTimeout as pause } from "node:timers/promises";

import { Client } from "pg";

/** Far beyond any wait that a test means, and below the time limit of a test. */
const LIMIT_MS = 15_000;

type Held = Awaited<ReturnType<typeof hold>>;

/**
 * Runs a statement in a transaction of its own and keeps it open: what it locks or has inserted stands
 * in the way of others until it ends. Disposing of it takes back what was not ended.
 */
export async function hold(databaseUrl: string, statement: string, values: unknown[] = []) {
  const holder = new Client(databaseUrl);
  const watcher = new Client(databaseUrl);
  await Promise.all([holder.connect(), watcher.connect()]);
  await holder.query("begin");
  await holder.query(statement, values);
  return {
    /** Until so many statements of this database wait for a lock, ours or one another's. */
    async waiting(count: number) {
      const endsAt = performance.now() + LIMIT_MS;
      let seen = -1;
      while (seen !== count) {
        if (performance.now() > endsAt) throw new Error(`${seen} wait, and not ${count}.`);
        seen = await waitersSeenBy(watcher);
        await pause(2);
      }
    },
    commit: async () => void (await holder.query("commit")),
    rollback: async () => void (await holder.query("rollback")),
    async [Symbol.asyncDispose]() {
      await Promise.all([holder.end(), watcher.end()]);
    },
  };
}

/**
 * Starts each once the one before waits for a lock, then ends what is held, and answers what came of them.
 * Those that wait for one row get it in this order. One that does not wait is an error.
 */
export async function inTurn<T>(
  held: Held,
  works: readonly (() => Promise<T>)[],
  end: "commit" | "rollback" = "commit",
) {
  const started: Promise<T>[] = [];
  for (const work of works) {
    const one = work();
    started.push(one);
    const passed = one.then(() => {
      throw new Error("It did not wait.");
    });
    await Promise.race([held.waiting(started.length), passed]);
  }
  await held[end]();
  return await Promise.all(started);
}

async function waitersSeenBy(watcher: Client) {
  const { rows } = await watcher.query<{ waiting: number }>(
    `select count(*)::integer as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting ?? 0;
}
