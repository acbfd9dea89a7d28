import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { GIVEN } from "./given.ts";
import { graphFile, STAGES } from "./graph.ts";
import { installPlatform } from "./platform.ts";

const run = promisify(execFile);

/** Evaluates every stage once, each in a process of its own, for all files that look at them. */
export default async function setup() {
  await installPlatform();
  await Promise.all([checkTypes(), ...STAGES.map((stage) => evaluate(stage))]);
}

/** With SST's own types, which are there only once it is installed. */
async function checkTypes() {
  const root = join(import.meta.dirname, "../..");
  const tsc = join(root, "node_modules/.bin/tsc");
  await run(tsc, ["--project", "stacks"], { cwd: root, timeout: 300_000 }).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(`stacks/ do not type-check:\n${stdout}`);
    },
  );
}

/** Declares a stage into its file; the file says what went wrong. With `more` given it is another evaluation's. */
export async function evaluate(stage: string, more: NodeJS.ProcessEnv = {}, called = stage) {
  await mkdir(join(import.meta.dirname, "../../.sst/evaluated"), { recursive: true });
  const program = join(import.meta.dirname, "evaluate.ts");
  // What an earlier run wrote must not pass for this one's.
  await rm(graphFile(called), { force: true });
  const around = Object.entries(process.env).filter(([name]) => !name.startsWith("NETCHECK_"));
  const env = {
    ...Object.fromEntries(around),
    NODE_OPTIONS: "",
    NETCHECK_AGENT_AMQP_URL: "amqps://broker.example.com",
    NETCHECK_ALARM_EMAIL: "watch@example.com",
    ...(stage === "production" && { ...GIVEN, NETCHECK_DOMAIN: "watch.example.com" }),
    ...more,
  };
  const args = [program, "--stage", stage, "--out", graphFile(called)];
  await run(process.execPath, args, { env, timeout: 300_000 }).catch((error: unknown) => {
    if (called === stage)
      process.stderr.write(`${stage} could not be evaluated: ${String(error)}\n`);
  });
}
