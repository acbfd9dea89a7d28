import { setTimeout as sleep } from "node:timers/promises";

import { launch, type Child, type Program } from "./child.ts";
import { freeMb, type Home } from "./home.ts";
import { lastLines } from "./log-files.ts";
import { isProblem, messageOf, problem } from "./problem.ts";
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

  /** Runs it to its end; throws a `problem` for one that can never be ready. */
  async function runOnce(): Promise<{ how: string; code: number | null }> {
    const program = await keeping.program(stopping.signal);
    if (stopping.signal.aborted) return { how: "was stopped", code: null };
    const launched = launch(program, home);
    child = launched;
    try {
      const how = await seeThrough(launched);
      return { how, code: launched.process.exitCode };
    } finally {
      child = undefined;
    }
  }

  async function seeThrough(launched: Child): Promise<string> {
    const over = new AbortController();
    const limit = AbortSignal.timeout(keeping.readyWithinMs);
    const until = AbortSignal.any([over.signal, limit, stopping.signal]);
    let hopeless: Error | undefined;
    const serves = keeping.isReady(launched, until).then(
      () => "ready" as const,
      (error: unknown) => {
        if (isProblem(error)) hopeless = error;
        const seconds = keeping.readyWithinMs / 1_000;
        return limit.aborted ? `was not ready within ${seconds} s` : messageOf(error);
      },
    );
    const outcome = await Promise.race([serves, launched.ended]);
    if (outcome === "ready") {
      if (wasReady) report(`${name} is back`);
      wasReady = true;
      first.resolve();
      return await launched.ended;
    }
    over.abort();
    await launched.stop();
    if (hopeless) throw hopeless;
    return outcome;
  }

  async function run(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      const { how, code } = await runOnce();
      if (stopping.signal.aborted) return;
      const isFinal = code !== null && (keeping.isFinal?.(code) ?? false);
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
