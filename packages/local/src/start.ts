import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { readFlags, USAGE, type Flags } from "./flags.ts";
import { startNetcheck, type Netcheck } from "./netcheck.ts";
import { isProblem, messageOf } from "./problem.ts";
import { seconds, showProgress, type Progress } from "./progress.ts";
import { checkTable } from "./self-check.ts";

const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));
const PARENT_EVERY_MS = 500;

async function main(flags: Flags): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  stopWithParent(stop);
  const progress = showProgress(process.stderr);
  const { env } = process;
  // npm runs us in the checkout; a person's relative path means the folder they typed it in.
  const home =
    flags.home === ".netcheck"
      ? resolve(CHECKOUT, flags.home)
      : resolve(env["INIT_CWD"] ?? ".", flags.home);
  const running = startNetcheck({ ...flags, home, env, progress, signal: stopping.signal });
  const netcheck = await running.catch((error: unknown) => {
    progress.end();
    if (stopping.signal.aborted) return undefined;
    throw error;
  });
  if (!netcheck) return;
  const readyAfterMs = performance.now();
  progress.end();
  const say = (text: string) =>
    void (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  if (flags.json) process.stdout.write(`${jsonLine(netcheck)}\n`);
  say(summary(netcheck, progress, readyAfterMs));
  netcheck.passwordShown();
  await showCheck(netcheck, say).catch((error: unknown) => {
    if (!stopping.signal.aborted) say(`The check of itself failed: ${messageOf(error)}`);
  });
  await aborted(stopping.signal);
  progress.line("stopping");
  await netcheck.stop();
}

/** The one line for programs. */
function jsonLine({ url, email, password, pids }: Netcheck): string {
  return JSON.stringify({ url, email, password, pids: pids() });
}

function summary(
  { url, email, password, services }: Netcheck,
  progress: Progress,
  readyAfterMs: number,
): string {
  const rabbitmqMs = services.readyAfterMs.rabbitmq;
  const { doneAfterMs } = progress;
  const withoutBroker = Math.max(
    ...["postgres", "redis", "sqs", "queues", "database", "enrolment", "api"].map(
      (name) => doneAfterMs[name] ?? 0,
    ),
  );
  const parts = Object.entries(doneAfterMs).map(([name, ms]) => `${name} ${seconds(ms)}`);
  const broker =
    rabbitmqMs === undefined
      ? []
      : [
          `RabbitMQ answered after ${seconds(rabbitmqMs)}, the rest was ready ${seconds(readyAfterMs - rabbitmqMs)} after it;`,
        ];
  return [
    "",
    `Netcheck is ready after ${seconds(readyAfterMs)}.`,
    `  ${[...broker, `what needs no broker was ready after ${seconds(withoutBroker)}.`].join(" ")}`,
    `  Ready after: ${parts.join(", ")}`,
    "",
    `  API       ${url}/api/v1`,
    `  sign in   POST ${url}/api/v1/auth/login`,
    `  e-mail    ${email}`,
    password === undefined
      ? "  password  as before"
      : `  password  ${password}   (shown this once)`,
    "",
  ].join("\n");
}

async function showCheck(netcheck: Netcheck, say: (text: string) => void): Promise<void> {
  if (netcheck.pids().agents.length === 0) return;
  const check = await netcheck.checkItself();
  say(`One check of its own port by all agents, ${check.answered} of ${check.expected} answered:`);
  say(
    checkTable(check)
      .map((line) => `  ${line}\n`)
      .join(""),
  );
}

/** npm, or whoever started us, may be killed without a word to us. */
function stopWithParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), PARENT_EVERY_MS).unref();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    if (signal.aborted) settle();
    // A timer keeps the process alive when every service is given and nothing else does.
    const alive = setInterval(() => undefined, 2 ** 30);
    signal.addEventListener("abort", () => {
      clearInterval(alive);
      settle();
    });
  });
}

function fail(error: unknown): never {
  const text = isProblem(error)
    ? `Netcheck cannot start: ${error.message}`
    : error instanceof Error
      ? error.stack
      : String(error);
  process.stderr.write(`\n${text}\n`);
  process.exit(isUsage(error) ? 2 : 1);
}

function isUsage(error: unknown): boolean {
  return messageOf(error).includes(USAGE);
}

// Whoever read our output may be gone; what runs goes on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags === "help") process.stdout.write(USAGE);
  else await main(flags);
  process.exit(0);
} catch (error) {
  fail(error);
}
