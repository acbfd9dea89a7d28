import type { Db } from "@netcheck/kernel/ctx";
import { Client } from "pg";

import { untilWaiting } from "./waiting.ts";

type Place = { databaseUrl: string; platform: { db: Db } };
type Held = Awaited<ReturnType<typeof hold>>;

/**
 * Runs a statement in a transaction of its own and keeps it open: what it locks or has inserted stands
 * in the way of others until it ends. Disposing of it takes back what was not ended.
 */
export async function hold(
  { databaseUrl, platform }: Place,
  statement: string,
  ...values: string[]
) {
  const holder = new Client(databaseUrl);
  await holder.connect();
  await holder.query("begin");
  await holder.query(statement, values);
  return {
    /** Until so many statements of this database wait for a lock, ours or one another's. */
    waiting: (many: number) => untilWaiting(platform.db, many),
    end: async (how: "commit" | "rollback") => void (await holder.query(how)),
    [Symbol.asyncDispose]: () => holder.end(),
  };
}

/**
 * Starts each once the one before waits for a lock, then ends what is held, and answers what came of them.
 * Those that wait for one row get it in this order. One that does not wait is an error.
 */
export async function inTurn<T>(
  held: Held,
  works: readonly (() => Promise<T>)[],
  how: "commit" | "rollback" = "commit",
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
  await held.end(how);
  return await Promise.all(started);
}
