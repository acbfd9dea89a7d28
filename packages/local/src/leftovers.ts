import { readFileSync, readdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import * as z from "zod";

import { MARK, PART, signal } from "./child.ts";
import type { Home } from "./home.ts";
import { problem } from "./problem.ts";
import { identify, isSame, type ProcessIdentity } from "./process-identity.ts";

type Leftover = ProcessIdentity & { part: string };

const Note = z.object({ pid: z.int().positive(), startedAt: z.string() });

// In milliseconds since the first signal: when what has not stopped is killed, and when we give up.
const KILL_AFTER = 2_000;
const KILL_POSTGRES_AFTER = 5_000;
const GIVE_UP_AFTER = 15_000;

/**
 * Ends what an earlier start of this home left running when it was killed, sooner than its guardians do, or
 * where those were killed too. Only called with the home held, so that whatever carries its mark belongs to
 * nobody. Throws a `problem` naming what will not end.
 */
export async function endLeftovers(home: Home, report: (line: string) => void): Promise<void> {
  const began = Date.now();
  const signalled = new Set<number>();
  for (;;) {
    const left = findLeftovers(home);
    if (left.length === 0) return;
    if (signalled.size === 0)
      report(
        `ending what an earlier start left running: ${[...new Set(left.map(({ part }) => part))].join(", ")}`,
      );
    const elapsed = Date.now() - began;
    if (elapsed > GIVE_UP_AFTER)
      throw problem(
        `pid ${left.map(({ pid }) => pid).join(", ")} of an earlier start could not be ended. End it by hand and start again.`,
      );
    for (const one of left) {
      const patience = one.part === "postgres" ? KILL_POSTGRES_AFTER : KILL_AFTER;
      if (elapsed > patience) signal(one.pid, "SIGKILL");
      else if (!signalled.has(one.pid))
        signal(one.pid, one.part === "postgres" ? "SIGINT" : "SIGTERM");
      signalled.add(one.pid);
    }
    await sleep(50);
  }
}

function findLeftovers(home: Home): Leftover[] {
  const found = new Map<number, Leftover>();
  for (const one of [...fromNotes(home), ...fromProc(home.mark)]) found.set(one.pid, one);
  found.delete(process.pid);
  return [...found.values()];
}

/** The notes are for systems without /proc; a child killed before its note was written is missed there. */
function* fromNotes(home: Home): Generator<Leftover> {
  const folder = home.folder("children");
  for (const name of readdirSync(folder)) {
    const note = parseNote(home.file("children", name));
    if (note && isSame(note)) yield { ...note, part: name.replace(/\.json$/, "") };
    else rmSync(home.file("children", name), { force: true });
  }
}

function parseNote(file: string): ProcessIdentity | undefined {
  try {
    return Note.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function* fromProc(mark: string): Generator<Leftover> {
  if (process.platform !== "linux") return;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const part = partIn(environOf(name), mark);
    const identity = part === undefined ? undefined : identify(Number(name));
    if (part !== undefined && identity) yield { ...identity, part };
  }
}

/** What a process is, by its environment, if it carries the mark. */
export function partIn(environ: string, mark: string): string | undefined {
  const entries = environ.split("\0");
  if (!entries.includes(`${MARK}=${mark}`)) return undefined;
  return entries.find((entry) => entry.startsWith(`${PART}=`))?.slice(PART.length + 1) ?? "";
}

function environOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    // Gone since the listing, or another user's.
    return "";
  }
}
