import { runAgent } from "./agent.ts";
import { isExit } from "./exit.ts";
import { log, setLogLevel } from "./log.ts";
import { readSettings, USAGE } from "./settings.ts";

async function main() {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === "help") return void process.stdout.write(USAGE);
  setLogLevel(settings.logLevel);
  const stop = new AbortController();
  const onSignal = () => (stop.signal.aborted ? process.exit(1) : stop.abort());
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // Started by a supervisor that died: nobody would stop this program any more.
  process.on("disconnect", () => stop.abort());
  await runAgent(settings, stop.signal, () => tellParent(stop));
}

function tellParent(stop: AbortController) {
  if (!process.connected) return;
  process.send?.({ ready: true }, undefined, undefined, (error) => {
    if (error) stop.abort();
  });
}

// A log that nobody reads any more is no reason to drop what runs.
process.stderr.on("error", () => undefined);

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!isExit(error)) throw error;
  log.error(error.message);
  process.exit(error.exitCode);
}
