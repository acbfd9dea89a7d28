// `npm test`, and with names the parts of it: each to its end, whatever becomes of the others.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readOwners } from "./run/context.ts";
import { execute, type Outcome } from "./run/execute.ts";
import { type Lane, lanesOf, type Step } from "./run/step.ts";
import { summaryOf } from "./run/summary.ts";
import { openStack, STACK } from "./support/stack.ts";
import { forgetSettings } from "./support/surroundings.ts";

const stopping = new AbortController();
const { signal } = stopping;
const say = (text: string) => void process.stdout.write(`${text}\n`);

/** A name that does not exist is a person's slip, and no fault of ours with a trace. */
function asked(names: readonly string[]): readonly Lane[] {
  try {
    return lanesOf(names);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(2);
  }
}

/** All lanes beside each other, over one set of services where somebody needs them. */
async function runAll(lanes: readonly Lane[], folder: string): Promise<Outcome[]> {
  const isNeeded = lanes.flat().some(({ needs }) => needs === "stack");
  const stack = isNeeded ? openStack(signal) : undefined;
  const settled = stack?.then(
    () => undefined,
    () => undefined,
  );
  const run = async (step: Step) => {
    if (step.needs === "programs") await settled;
    const settings = step.needs === "stack" ? (await stack)?.settings : undefined;
    const env = { ...process.env, ...(settings && { [STACK]: JSON.stringify(settings) }) };
    return await execute(step, { folder, env, signal });
  };
  const outcomes = await Promise.all(lanes.map((lane) => follow(lane, run)));
  await stack?.then(
    (one) => one[Symbol.asyncDispose](),
    () => undefined,
  );
  return outcomes.flat();
}

async function follow(lane: Lane, run: (step: Step) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of lane) {
    if (signal.aborted) break;
    const outcome = await run(step).catch((error: unknown) => ({
      step,
      ok: false,
      output: String(error),
      seconds: 0,
      files: undefined,
    }));
    outcomes.push(outcome);
    tell(outcome);
  }
  return outcomes;
}

/** What failed says all it said, and what passed only what it left out. */
function tell({ step, ok, output, seconds }: Outcome) {
  const lines = output.trimEnd().split("\n");
  const worth = ok ? lines.filter((line) => line.includes("SKIPPED")) : lines;
  say([`${ok ? "passed" : "FAILED"}  ${step.name}  ${seconds.toFixed(1)} s`, ...worth].join("\n"));
}

const lanes = asked(process.argv.slice(2));
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(name, () => stopping.abort());
forgetSettings(process.env);
// All that tests put down lies in one folder, and goes with it.
const folder = await mkdtemp(join(tmpdir(), "netcheck-run-"));
// As root, Postgres runs as another user, who has to pass through.
await chmod(folder, 0o711);
process.env["TMPDIR"] = folder;
const outcomes = await runAll(lanes, folder);
await rm(folder, { recursive: true, force: true });
const { lines, failed } = summaryOf(outcomes, await readOwners());
say(`\n${lines.join("\n")}`);
process.exit(signal.aborted ? 130 : Math.min(failed, 1));
