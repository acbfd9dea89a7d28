import { setTimeout as sleep } from "node:timers/promises";

import { launch, type Child, type Program } from "./child.ts";
import { freeMb, type Home } from "./home.ts";
import { lastLines } from "./log-files.ts";
import { messageOf, problem } from "./problem.ts";
import { restartDelay } from "./restart-delay.ts";

/** A program that is kept running until it is stopped. */
export type Kept = {
  /** Fulfilled when it first is ready, rejected with a `problem` when it does not get there. */
  ready: Promise<void>;
  pid: () => number | null;
  stop: () => Promise<void>;
};

/** What `keep` has to know. */
export type Keeping = {
  home: Home;
  report: (line: string) => void;
  /** Made anew for each launch; may do what has to be done before it. */
  program: (signal: AbortSignal) => Program | Promise<Program>;
  /** Settles when the child serves. It is aborted when the child ends first. */
  isReady: (child: Child, signal: AbortSignal) => Promise<void>;
  readyWithinMs: number;
  /** Whether an exit code means that starting it again would not help. */
  isFinal?: (code: number) => boolean;
};

const FIRST_ATTEMPTS = 3;

/**
 * Runs the program and brings it back with growing delays whenever it ends though nobody stopped it.
 * A program that fails three times before it ever was ready is given up.
 */
export function keep(name: string, keeping: Keeping): Kept {
  const { home, report } = keeping;
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  const restarts: number[] = [];
  let child: Child | undefined;
  let wasReady = false;

  /** Runs it to its end; answers how it ended. */
  async function runOnce(): Promise<string> {
    const program = await keeping.program(stopping.signal);
    if (stopping.signal.aborted) return "was stopped";
    child = launch(program, home);
    const over = new AbortController();
    const limit = AbortSignal.timeout(keeping.readyWithinMs);
    const until = AbortSignal.any([over.signal, limit, stopping.signal]);
    const serves = keeping.isReady(child, until).then(
      () => "ready" as const,
      (error: unknown) =>
        limit.aborted
          ? `was not ready within ${keeping.readyWithinMs / 1_000} s`
          : messageOf(error),
    );
    const outcome = await Promise.race([serves, child.ended]);
    if (outcome === "ready") {
      if (wasReady) report(`${name} is back`);
      wasReady = true;
      first.resolve();
      return await child.ended;
    }
    over.abort();
    await child.stop();
    return outcome;
  }

  async function run(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      const how = await runOnce();
      const code = child?.process.exitCode ?? undefined;
      child = undefined;
      if (stopping.signal.aborted) return;
      const isFinal = code !== undefined && (keeping.isFinal?.(code) ?? false);
      if (isFinal || (!wasReady && attempt >= FIRST_ATTEMPTS))
        throw problem(await failure(name, how, home));
      const delayMs = restartDelay(restarts, Date.now());
      report(`${name} ${how}; starting it again in ${(delayMs / 1_000).toFixed(1)} s`);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      restarts.push(Date.now());
      restarts.splice(0, restarts.length - 20);
    }
  }

  const running = run().catch((error: unknown) => {
    if (wasReady) report(messageOf(error));
    first.reject(error);
  });
  // Whoever waits for `ready` sees the failure; a caller that stops early does not wait.
  first.promise.catch(() => undefined);

  return {
    ready: first.promise,
    pid: () => child?.pid ?? null,
    async stop() {
      stopping.abort();
      await child?.stop();
      await running;
      first.reject(problem(`${name} was stopped before it was ready.`));
    },
  };
}

async function failure(name: string, how: string, home: Home): Promise<string> {
  const log = home.file("logs", `${name}.log`);
  const said = (await lastLines(log, 6)).map((line) => `\n    ${line.slice(0, 300)}`).join("");
  const free = freeMb(home.path);
  if (free < 20 || /no space left|ENOSPC/i.test(said))
    return `the disk is full (${free} MB free at ${home.path}), so ${name} does not start. Make room and start again.`;
  return `${name} does not run: it ${how}. Its log is ${log}${said && `, and ends with:${said}`}`;
}
