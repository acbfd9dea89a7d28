// One start of a function in a process of its own: loads a bundle, hands it one event, and says how long
// both took, what it answered and, if asked, which files were loaded until then.
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const { bundle, handler, event, listens } = JSON.parse(process.argv[2]);
const loaded = [];
if (listens) {
  registerHooks({
    load(url, context, next) {
      if (url.startsWith("file:")) loaded.push(fileURLToPath(url));
      return next(url, context);
    },
  });
}

const usedBefore = process.cpuUsage();
const startedAt = performance.now();
const loading = import(pathToFileURL(bundle).href);
const answer = await loading
  .then((module) => module[handler](event, { awsRequestId: "cold-start" }))
  .catch((error) => ({ error: String(error) }));
const totalMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(usedBefore);
const cpuMs = (user + system) / 1_000;
process.stdout.write(JSON.stringify({ totalMs, cpuMs, answer, loaded }), () => process.exit(0));
