// One cold start in a process of its own: loads a bundle, hands it one event, and says how long both took.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [bundle, eventFile] = process.argv.slice(2);
const event = JSON.parse(readFileSync(eventFile, "utf8"));
const startedAt = performance.now();
const { handler } = await import(pathToFileURL(bundle).href);
const initMs = performance.now() - startedAt;
const { statusCode } = await handler(event, { awsRequestId: "bench" });
const totalMs = performance.now() - startedAt;
process.stdout.write(JSON.stringify({ initMs, totalMs, statusCode }));
process.exit(0);
