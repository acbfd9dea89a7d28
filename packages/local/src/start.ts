import { readFlags, USAGE, type Flags } from "./flags.ts";
import { homeFolder } from "./home-folder.ts";
import { reachLoopbackDirectly } from "./loopback.ts";
import { startNetcheck, type Netcheck } from "./netcheck.ts";
import { isProblem, messageOf } from "./problem.ts";
import { showProgress, type Progress } from "./progress.ts";
import { checkTable } from "./self-check.ts";
import { jsonLine, summaryLines } from "./summary.ts";

const PARENT_EVERY_MS = 500;
const STOP_WITHIN_MS = 9_500;

async function main(flags: Flags): Promise<void> {
  const progress = showProgress(process.stderr);
  const signal = stopSignal(progress);
  const { env } = process;
  reachLoopbackDirectly(env);
  const netcheck = await startNetcheck({
    ...flags,
    home: homeFolder(flags.home),
    env,
    progress,
    signal,
  }).catch((error: unknown) => {
    progress.end();
    if (!signal.aborted) throw error;
  });
  if (!netcheck) return;
  const readyAfterMs = performance.now();
  progress.end();
  const out = flags.json ? process.stderr : process.stdout;
  const say = (lines: string[]) => void out.write(`${lines.join("\n")}\n\n`);
  if (flags.json) process.stdout.write(`${jsonLine(netcheck)}\n`);
  const rabbitmqMs = netcheck.services.readyAfterMs.rabbitmq;
  const { doneAfterMs } = progress;
  const home = netcheck.services.home.path;
  say(["", ...summaryLines({ netcheck, home, readyAfterMs, rabbitmqMs, doneAfterMs })]);
  netcheck.passwordShown();
  await showCheck(netcheck, say).catch((error: unknown) => {
    if (!signal.aborted) say([`The check of itself failed: ${messageOf(error)}`]);
  });
  await aborted(signal);
  await netcheck.stop();
  progress.line("stopped; the data stays");
}

async function showCheck(netcheck: Netcheck, say: (lines: string[]) => void): Promise<void> {
  if (netcheck.pids().agents.length === 0) return;
  const check = await netcheck.checkItself();
  const heading = `One check of its own port by all agents, ${check.answered} of ${check.expected} answered:`;
  say([heading, ...checkTable(check).map((line) => `  ${line}`)]);
}

/** Fires when we are to stop: asked by a signal, left alone by our parent, or broken. */
function stopSignal(progress: Progress): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) return;
    progress.line("stopping");
    stopping.abort();
    const late = () => {
      progress.line("not everything stopped in time; what is left is ended now");
      process.exit(1);
    };
    setTimeout(late, STOP_WITHIN_MS).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  // npm, or whoever started us, may be killed without a word to us.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), PARENT_EVERY_MS).unref();
  process.on("uncaughtException", (error) => {
    progress.line(error.stack ?? error.message);
    process.exitCode = 1;
    stop();
  });
  return stopping.signal;
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
  process.exit();
} catch (error) {
  fail(error);
}
