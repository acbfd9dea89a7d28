import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process told from a later one with the same number by the moment it began. */
export type ProcessIdentity = { pid: number; startedAt: string };

/** Reads field 22 (start time) of a `/proc/PID/stat`; the program's name before it may hold spaces and brackets. */
export function startTimeOf(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/** The process with this number, or undefined when there is none. A zombie counts as none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether this very process still lives. */
export function isSame(one: ProcessIdentity): boolean {
  return identify(one.pid)?.startedAt === one.startedAt;
}

function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z") ? undefined : startTimeOf(stat);
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const options = { encoding: "utf8", timeout: 5_000 } as const;
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], options).trim() || undefined;
  } catch {
    return undefined;
  }
}
