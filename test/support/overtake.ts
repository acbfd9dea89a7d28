import type { Db } from "@netcheck/kernel/ctx";
import { sql } from "drizzle-orm";
import * as z from "zod";

import type { Around } from "./intercepted.ts";

const Found = z.object({ rows: z.array(z.unknown()) });

/**
 * A process that another overtakes before its call number `calls`, counted from 0: the other acts to
 * its end there, or until it waits for what this one holds.
 */
export function overtaken<T>(db: Db, calls: number, act: () => Promise<T>) {
  let made = -1;
  let acting: Promise<T> | undefined;
  const around: Around = async (call) => {
    made += 1;
    if (made === calls) {
      acting = act();
      await doneOrWaiting(db, acting);
    }
    return await call();
  };
  return { around, other: () => acting };
}

async function doneOrWaiting(db: Db, acting: Promise<unknown>) {
  let done = false;
  const end = () => void (done = true);
  acting.then(end, end);
  while (!done && !(await isSomebodyWaiting(db)));
}

async function isSomebodyWaiting(db: Db) {
  const locks = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return Found.parse(await db.execute(locks)).rows.length > 0;
}
