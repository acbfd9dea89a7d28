// One cold start in a process of its own: loads a bundle, hands it one event, and says how long both took.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [bundle, eventFile] = process.argv.slice(2);
const event = JSON.parse(readFileSync(eventFile, "utf8"));
const usedBefore = process.cpuUsage();
const startedAt = performance.now();
const { handler } = await import(pathToFileURL(bundle).href);
const initMs = performance.now() - startedAt;
const { statusCode } = await handler(event, { awsRequestId: "bench" });
const totalMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(usedBefore);
process.stdout.write(
  JSON.stringify({ initMs, totalMs, cpuMs: (user + system) / 1_000, statusCode }),
);
process.exit(0);
