import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startNetcheck } from "@netcheck/local/netcheck";
import { showProgress } from "@netcheck/local/progress";
import { withoutBrokerMs } from "@netcheck/local/summary";

import { measureAgentCost } from "./agent-cost.ts";
import { measureAgentMemory } from "./agent-memory.ts";
import { measureRead, measureSignIns } from "./identity.ts";
import { measureIngestion } from "./ingestion.ts";
import { measureLadder } from "./ladder.ts";
import { measureLambda } from "./lambda.ts";
import { measureRoundTrip } from "./round-trip.ts";
import { measureSweep } from "./sweep.ts";
import { type Row, table } from "./table.ts";

/**
 * `npm run bench`: every figure beside a floor of the same run. Absolute times are this machine's.
 * `npm run bench -- agent` measures only what has one of the given words in its name.
 */
const words = process.argv.slice(2);
const isWanted = (name: string) => words.length === 0 || words.some((word) => name.includes(word));
const home = await mkdtemp(join(tmpdir(), "netcheck-bench-"));
const progress = showProgress(process.stderr);
const rows: Row[] = [];

async function add(name: string, measure: () => Promise<Row[]>) {
  if (isWanted(name)) rows.push(...(await progress.track(name, measure())));
}

async function measureStart(kind: "cold" | "warm") {
  const startedAt = performance.now();
  const { signal } = new AbortController();
  const own = showProgress({ write: () => undefined });
  const options = { home, port: 0, agents: 1, env: process.env, progress: own, signal };
  const netcheck = await startNetcheck(options);
  const readyMs = performance.now() - startedAt;
  const floorMs = netcheck.services.readyAfterMs.rabbitmq ?? 0;
  const earlyMs = withoutBrokerMs(own.doneAfterMs);
  if (!isWanted(`${kind} start`)) return netcheck;
  rows.push(
    {
      what: `ready after start, ${kind}`,
      floor: `RabbitMQ alone ${ms(floorMs)}`,
      measured: `${ms(readyMs)}, ${ms(readyMs - floorMs)} after it`,
      budget: "≤ 4 s after it",
      met: readyMs - floorMs <= 4_000,
    },
    {
      what: `all that needs no broker, ${kind}`,
      floor: "",
      measured: ms(earlyMs),
      budget: "≤ 3 s",
      met: earlyMs <= 3_000,
    },
  );
  return netcheck;
}

try {
  const cold = await progress.track("cold start", measureStart("cold"));
  try {
    await add("sign-ins", () => measureSignIns(cold));
  } finally {
    await cold.stop();
  }
  const warm = await progress.track("warm start", measureStart("warm"));
  try {
    await add("check round trip", () => measureRoundTrip(warm));
    await add("ingestion", () => measureIngestion(warm));
    const bundles = join(home, "bundles");
    await add("cold starts", () => measureLambda(warm, bundles));
    await add("ladder", () => measureLadder(join(home, "ladder")));
    await add("authenticated read", () => measureRead(warm));
    await add("sweep", () => measureSweep(warm));
    Object.assign(process.env, warm.services.settings);
    await add("agent's CPU", measureAgentCost);
    await add("agent's memory", measureAgentMemory);
  } finally {
    await warm.stop();
  }
} finally {
  progress.end();
  await rm(home, { recursive: true, force: true });
}
process.stdout.write(`${table(rows)}\n`);

function ms(value: number) {
  return `${(value / 1_000).toFixed(2)} s`;
}
