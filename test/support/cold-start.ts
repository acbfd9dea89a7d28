import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Build } from "../infra/build-function.ts";

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, "cold-start.mjs");

export type ColdStart = {
  bundle: string;
  /** The name it is exported by. */
  handler: string;
  event: unknown;
  env: NodeJS.ProcessEnv;
  /** Whether what it loads is written down, which takes time of its own. */
  listens?: boolean;
};

export type Started = {
  totalMs: number;
  cpuMs: number;
  /** Undefined where a function has nothing to say. */
  answer?: { statusCode?: number; error?: string };
  loaded: string[];
};

/** Starts a function in a process of its own, until it has answered one event. */
export async function coldStart({ env, ...start }: ColdStart): Promise<Started> {
  const { stdout } = await run(process.execPath, [PROGRAM, JSON.stringify(start)], {
    env: { PATH: process.env["PATH"], ...env },
    timeout: 30_000,
    maxBuffer: 16 * 2 ** 20,
  });
  return JSON.parse(stdout) as Started;
}

/** How much of a bundle a start has loaded, and the sources that it is made of. */
export function loadsOf(
  { folder, chunks }: Pick<Build, "folder" | "chunks">,
  loaded: readonly string[],
) {
  const found = chunks.filter(({ name }) => loaded.includes(join(folder, name)));
  return {
    files: found.length,
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
    sources: found.flatMap(({ sources }) => sources),
  };
}
