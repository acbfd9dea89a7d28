import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import * as z from "zod";

/** The folder of the repository. */
export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const START = "packages/local/src/start.ts";

const Pid = z.int().positive();
const Line = z.strictObject({
  url: z.url(),
  email: z.email(),
  password: z.string().optional(),
  pids: z.strictObject({
    api: Pid,
    worker: Pid,
    agents: z.array(Pid),
    postgres: Pid,
    redis: Pid,
    rabbitmq: Pid,
    sqs: Pid,
  }),
});

/** The line that a start prints for programs. */
export type Line = z.infer<typeof Line>;

/** Starts Netcheck, by npm or straight; `line` settles when it is ready, or fails with what it said. */
export function start(
  home: string,
  options: { npm?: boolean; args?: string[]; env?: NodeJS.ProcessEnv } = {},
) {
  const flags = ["--json", "--home", home, "--port", "0", ...(options.args ?? [])];
  const [command, args] = options.npm
    ? ["npm", ["start", "--", ...flags]]
    : [process.execPath, [START, ...flags]];
  const child = spawn(command, args, {
    cwd: CHECKOUT,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  const ended = once(child, "close").then(() => ({ code: child.exitCode, ...said }));
  const line = new Promise<Line>((settle, refuse) => {
    child.stdout.on("data", (chunk) => {
      said.stdout += String(chunk);
      if (said.stdout.endsWith("\n")) settle(Line.parse(JSON.parse(said.stdout)));
    });
    child.stderr.on("data", (chunk) => (said.stderr += String(chunk)));
    child.on("error", refuse);
    child.on("close", (code) => refuse(new Error(`the start ended with ${code}:\n${said.stderr}`)));
  });
  line.catch(() => undefined);
  return { child, line, ended, said };
}

/** All numbers of a line. */
export function everyPid({ pids }: Line): number[] {
  return Object.values(pids).flat();
}
