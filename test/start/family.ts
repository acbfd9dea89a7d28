import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

import { identify, isSame } from "@netcheck/local/process-identity";
import { expect } from "vitest";

/** What is killed leaves nothing running for longer than this. */
const WITHIN = { timeout: 10_000, interval: 100 };

/** Kills a process, and waits for all that it had started to end. */
export async function killWhole(child: ChildProcess) {
  const family = descendants(child.pid ?? 0).flatMap((pid) => identify(pid) ?? []);
  expect(family.length).toBeGreaterThan(8);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  await expect.poll(() => family.filter(isSame), WITHIN).toEqual([]);
}

/** The numbers of a process' children, and of theirs. */
function descendants(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(name) }));
  const under = (of: number): number[] =>
    parents.filter(({ parent }) => parent === of).flatMap((one) => [one.pid, ...under(one.pid)]);
  return under(pid);
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // Gone since the listing.
    return 0;
  }
}
