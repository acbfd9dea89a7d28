import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { guarded } from "./guardian.ts";
import type { Home } from "./home.ts";
import { codeOf } from "./problem.ts";
import { identify } from "./process-identity.ts";

/** A program to run for a home. `env` is its whole environment, but for the marks by which it is found again. */
export type Program = {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** The operating system's user to run as; this process' own when absent. */
  user?: { uid: number; gid: number };
  /** Opens a channel to the child, which is to stop by itself when that closes. */
  ipc?: boolean;
  stopSignal?: NodeJS.Signals;
  /** How long it may take to stop before it is killed. */
  graceMs: number;
};

/** A running child. `ended` says in words how it ended, and never rejects. */
export type Child = {
  pid: number | undefined;
  process: ChildProcess;
  ended: Promise<string>;
  stop: () => Promise<void>;
};

/** Carried by every child: which home it belongs to, and what it is there. */
export const MARK = "NETCHECK_PART_OF";
export const PART = "NETCHECK_PART";

/**
 * Starts the program in a session of its own, so that Ctrl-C reaches it through us only, beside a guardian
 * that ends it should we be killed. Output goes to its log.
 */
export function launch(program: Program, home: Home): Child {
  const log = openSync(home.file("logs", `${program.name}.log`), "a", 0o600);
  const note = home.file("children", `${program.name}.json`);
  const stopSignal = program.stopSignal ?? "SIGTERM";
  const { command, args } = guarded({ ...program, stopSignal });
  const child = spawn(command, args, {
    detached: true,
    env: { ...program.env, [MARK]: home.mark, [PART]: program.name },
    stdio: program.ipc ? ["pipe", log, log, "ipc"] : ["pipe", log, log],
    ...(program.cwd !== undefined && { cwd: program.cwd }),
    ...program.user,
  });
  closeSync(log);
  const { pid } = child;
  let running = true;
  const ended = new Promise<string>((settle) => {
    child.on("error", (error) => {
      if (pid === undefined) settle(`could not be started: ${error.message}`);
    });
    child.on("exit", (code, signal) =>
      settle(signal ? `was ended by ${signal}` : `ended with code ${code}`),
    );
  }).finally(() => {
    running = false;
    rmSync(note, { force: true });
  });
  const identity = pid === undefined ? undefined : identify(pid);
  if (identity && running) writeFileSync(note, JSON.stringify(identity), { mode: 0o600 });

  return {
    pid,
    process: child,
    ended,
    async stop() {
      if (!running || pid === undefined) return;
      signal(pid, stopSignal);
      const killer = new AbortController();
      const late = sleep(program.graceMs, "late", { signal: killer.signal }).catch(() => "ended");
      if ((await Promise.race([ended, late])) === "late") signal(pid, "SIGKILL");
      killer.abort();
      await ended;
    },
  };
}

/** Sends the signal; a process that is gone already is as good as signalled. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}
