import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

import { messageOf, problem } from "./problem.ts";

const SQLITE_BUSY = 5;

/**
 * Holds the home for this process; the answer lets it go. An SQLite file carries the lock because
 * the kernel drops it when its holder dies, however it dies: there is no stale lock to judge.
 */
export async function holdHome(path: string): Promise<() => void> {
  const database = new DatabaseSync(join(path, "lock"), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!isBusy(error))
      throw problem(
        `the home's lock cannot be taken: ${join(path, "lock")}: ${messageOf(error)}. ` +
          "It holds no data: remove that one file and start again.",
        error,
      );
    throw problem(
      `the home ${path} is in use by ${await holder(path)}. ` +
        "Stop that one first, or start beside it with another folder (--home DIR).",
      error,
    );
  }
  writeFileSync(join(path, "pid"), `${process.pid}\n`, { mode: 0o600 });
  return () => database.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

async function holder(path: string): Promise<string> {
  // The holder may have the lock and not yet have written its number.
  await sleep(100);
  try {
    return `pid ${Number.parseInt(readFileSync(join(path, "pid"), "utf8"), 10)}`;
  } catch {
    return "another process";
  }
}
