import { runAgent } from "./agent.ts";
import { isExit } from "./exit.ts";
import { log, setLogLevel } from "./log.ts";
import { usage } from "./option.ts";
import { selfTest } from "./self-test.ts";
import { readCommand, type Settings } from "./settings.ts";
import { VERSION } from "./version.ts";

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2), process.env);
  if (command.kind === "help") return say(usage());
  if (command.kind === "version") return say(`${VERSION}\n`);
  setLogLevel(command.settings.logLevel);
  if (command.kind === "run") return await live(command.settings);
  const { passed, text } = await selfTest(command.settings, command.json);
  await say(text);
  return passed ? 0 : 1;
}

async function live(settings: Settings) {
  const stop = new AbortController();
  const onSignal = () => (stop.signal.aborted ? process.exit(1) : stop.abort());
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // Started by a supervisor that died: nobody would stop this program any more.
  process.on("disconnect", () => stop.abort());
  await runAgent(settings, stop.signal, () => tellParent(stop));
  return 0;
}

function tellParent(stop: AbortController) {
  if (!process.connected) return;
  process.send?.({ ready: true }, undefined, undefined, (error) => {
    if (error) stop.abort();
  });
}

/** Resolves once the text is out: a pipe is written to in its own time. */
function say(text: string) {
  return new Promise<number>((resolve) => process.stdout.write(text, () => resolve(0)));
}

// A log that nobody reads any more is no reason to drop what runs.
process.stderr.on("error", () => undefined);
process.stdout.on("error", () => undefined);

try {
  process.exit(await main());
} catch (error) {
  if (!isExit(error)) throw error;
  log.error(error.message);
  process.exit(error.exitCode);
}
