import { fileURLToPath } from "node:url";

import type { Child } from "./child.ts";
import type { Home } from "./home.ts";
import { keep, type Kept } from "./keeper.ts";

/** What a program of ours is kept with. */
export type Keep = { home: Home; report: (line: string) => void };

const API = entry("./api.ts");
const WORKER = entry("../../worker/src/main.ts");

const READY_WITHIN_MS = 60_000;
// Ten seconds are for everything; the services stop after these.
const GRACE_MS = 4_500;

/** The API with its consumers and schedules. */
export function keepApi(keeping: Keep, env: NodeJS.ProcessEnv): Kept {
  return keepNode(keeping, { name: "api", args: [API], env });
}

/** The bridge between SQS and RabbitMQ; it is given neither the database nor the keys. */
export function keepWorker(keeping: Keep, env: NodeJS.ProcessEnv): Kept {
  const { DATABASE_URL: _database, REDIS_URL: _redis, TOKEN_KEYS: _keys, ...rest } = env;
  return keepNode(keeping, { name: "worker", args: [WORKER], env: rest });
}

/** Keeps one of our programs, which says itself when it is ready and stops when we are gone. */
export function keepNode(
  { home, report }: Keep,
  program: {
    name: string;
    args: readonly string[];
    env: NodeJS.ProcessEnv;
    isFinal?: (code: number) => boolean;
  },
): Kept {
  const { name, args, env, isFinal } = program;
  return keep(name, {
    home,
    report,
    program: () => ({ name, command: process.execPath, args, env, ipc: true, graceMs: GRACE_MS }),
    isReady: saysReady,
    readyWithinMs: READY_WITHIN_MS,
    ...(isFinal && { isFinal }),
  });
}

function saysReady({ process: child }: Child, signal: AbortSignal): Promise<void> {
  return new Promise((settle, refuse) => {
    child.on("message", (message) => {
      if (typeof message === "object" && message !== null && "ready" in message) settle();
    });
    signal.addEventListener("abort", () => refuse(new Error("did not say that it is ready")));
  });
}

function entry(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
