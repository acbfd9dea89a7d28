/** The real probes, without a broker: a request on each line of standard input, its answer on standard output. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setDefaultCACertificates } from "node:tls";

import { createClock } from "@netcheck/agent/clock";
import { readRequest } from "@netcheck/agent/request";
import { encodeResponse } from "@netcheck/agent/response";
import { run } from "@netcheck/agent/run";
import { parseAllowList } from "@netcheck/wire/address";

const [allow = "", user] = process.argv.slice(2);
const authorities = ["authority.pem", "chains/trusted-roots.pem"].map((name) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8"),
);
setDefaultCACertificates(authorities);
if (user === "nobody") {
  process.setgroups?.([]);
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

const stop = new AbortController().signal;
const context = { allow: parseAllowList(allow), clock: createClock(), stop };

async function answer(line: string) {
  const read = readRequest(Buffer.from(line));
  if ("refusal" in read) throw new Error(read.refusal);
  const response = await run(read.request, context);
  process.stdout.write(`${encodeResponse(response).toString()}\n`);
}

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) void answer(line);
