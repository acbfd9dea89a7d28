import type { Db } from "@netcheck/kernel/ctx";

import type { Around } from "./intercepted.ts";
import { waiting } from "./waiting.ts";

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
  while (!done && (await waiting(db)).length === 0);
}
