import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import * as z from "zod";

import { FileResult, REPORT } from "./result.ts";
import type { Step } from "./step.ts";

/** How a step ended. Without `files` it told nothing of its tests. */
export type Outcome = {
  step: Step;
  ok: boolean;
  output: string;
  seconds: number;
  files: readonly FileResult[] | undefined;
};

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
const STOP_WITHIN_MS = 15_000;

/**
 * Runs a step to its end, or until `signal` fires: then it and all it started are stopped. `root` is the
 * tree in which it runs, this one unless said.
 */
export async function execute(
  step: Step,
  options: { folder: string; env: NodeJS.ProcessEnv; signal: AbortSignal; root?: string },
): Promise<Outcome> {
  const began = performance.now();
  const report = join(options.folder, `${step.name}.json`);
  const child = spawn(join(BIN, step.command), step.args, {
    cwd: options.root ?? ROOT,
    // A group of its own: Ctrl-C reaches it through us only.
    detached: true,
    env: {
      ...options.env,
      PATH: [BIN, options.env["PATH"]].join(delimiter),
      [REPORT]: report,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const { pid } = child;
  const stop = () => pid !== undefined && void endGroup(pid);
  options.signal.addEventListener("abort", stop);
  const [code] = await once(child, "close");
  options.signal.removeEventListener("abort", stop);
  const files = step.suites.length > 0 ? await readReport(report) : undefined;
  return { step, ok: code === 0, output, seconds: (performance.now() - began) / 1_000, files };
}

async function readReport(report: string) {
  const text = await readFile(report, "utf8").catch(() => undefined);
  return text === undefined ? undefined : z.array(FileResult).parse(JSON.parse(text));
}

async function endGroup(pid: number) {
  const until = Date.now() + STOP_WITHIN_MS;
  for (let name: NodeJS.Signals = "SIGTERM"; signalGroup(pid, name); await pause(100))
    if (Date.now() > until) name = "SIGKILL";
}

/** Whether the group was there to be told. */
function signalGroup(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(-pid, name);
    return true;
  } catch {
    return false;
  }
}
