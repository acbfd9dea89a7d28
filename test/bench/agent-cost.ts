import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";

import { type Asked, cpuMs, openAgentStand } from "../support/agent-stand.ts";
import { startBlackbox } from "./blackbox.ts";
import { shippedAgent } from "./shipped-agent.ts";
import type { Row } from "./table.ts";

/**
 * An agent runs for months: what its JIT does in the first minutes is not what a check costs, and
 * blackbox_exporter is compiled beforehand. CPU per check falls for thousands of checks.
 */
const WARM = 10_000;
const BLOCKS = 5;

/**
 * One at a time, both sides sleep and wake several times a check; so many at once is what an agent
 * (50 by default) and an exporter that is scraped for many targets do when there is work.
 */
const PACES = [
  { pace: "one at a time", atOnce: 1, size: 200 },
  { pace: "20 at once", atOnce: 20, size: 1_000 },
] as const;

type Side = { pid: number; check: () => Promise<void> };
type Pace = { atOnce: number; size: number };

const TYPES = [
  { type: "http", module: "http_2xx", budget: "≤ 1/1.5 of it", most: 1 / 1.5 },
  { type: "tcp", module: "tcp_connect", budget: "≤ 1/2 of it", most: 1 / 2 },
] as const;

/** CPU time per check, AMQP included, beside the same target asked by blackbox_exporter. */
export async function measureAgentCost(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const target = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(target, "listening");
  stack.defer(() => void target.close());
  const { port } = target.address() as AddressInfo;
  const shipped = stack.use(await shippedAgent());
  const agent = stack.use(await openAgentStand(shipped.command));
  const blackbox = await startBlackbox();
  if ("url" in blackbox) stack.use(blackbox);

  const rows: Row[] = [];
  for (const { type, module, budget, most } of TYPES) {
    const ours = { pid: agent.pid, check: () => ask(agent, { type, target: "127.0.0.1", port }) };
    await block(ours, { atOnce: 20, size: WARM });
    const aim = type === "http" ? `http://127.0.0.1:${port}/` : `127.0.0.1:${port}`;
    const query = `module=${module}&target=${encodeURIComponent(aim)}`;
    for (const { pace, ...each } of PACES) {
      const what = `agent, CPU per ${type} check, AMQP included, ${pace}`;
      if (!("url" in blackbox)) {
        const spent = await block(ours, { ...each, size: each.size * BLOCKS });
        const floor = `blackbox_exporter is absent: ${blackbox.absent}`;
        rows.push({ what, floor, measured: `${spent.toFixed(2)} ms`, budget });
        continue;
      }
      const url = `${blackbox.url}/probe?${query}`;
      const floor = { pid: blackbox.pid, check: () => probe(url) };
      const spent = await inTurns({ ours, floor }, each);
      const ratio = spent.ours / spent.floor;
      rows.push({
        what,
        floor: `blackbox_exporter ${blackbox.version} ${spent.floor.toFixed(2)} ms`,
        measured: `${spent.ours.toFixed(2)} ms, ${ratio.toFixed(2)}×`,
        budget,
        met: ratio <= most,
      });
    }
  }
  return rows;
}

/** CPU ms per check of both sides, in turns, so that whatever else the machine does falls on both. */
async function inTurns({ ours, floor }: { ours: Side; floor: Side }, pace: Pace) {
  await block(floor, pace);
  const spent = { ours: 0, floor: 0 };
  for (let i = 0; i < BLOCKS; i++) {
    spent.floor += (await block(floor, pace)) / BLOCKS;
    spent.ours += (await block(ours, pace)) / BLOCKS;
  }
  return spent;
}

/** CPU ms per check of the process, over `size` checks, so many at once. */
async function block({ pid, check }: Side, { atOnce, size }: Pace) {
  const before = cpuMs(pid);
  let left = size;
  const worker = async () => {
    while (left-- > 0) await check();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (cpuMs(pid) - before) / size;
}

async function ask(agent: Awaited<ReturnType<typeof openAgentStand>>, asked: Asked) {
  const { status } = await agent.ask(asked);
  if (status !== "finished") throw new Error(`a ${asked.type} check ${status}`);
}

async function probe(url: string) {
  const text = await new Promise<string>((resolve, reject) => {
    const request = get(url, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve(body));
    });
    request.on("error", reject);
    request.setTimeout(10_000, () => request.destroy(new Error("no answer")));
  });
  if (!/^probe_success 1$/m.test(text)) throw new Error(`blackbox_exporter failed:\n${text}`);
}
