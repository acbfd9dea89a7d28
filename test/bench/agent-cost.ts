import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";

import { type Asked, cpuMs, openAgentStand } from "../support/agent-stand.ts";
import { startBlackbox } from "./blackbox.ts";
import { shippedAgent } from "./shipped-agent.ts";
import type { Row } from "./table.ts";

/** An agent runs for months: what its JIT does in the first minute is not what a check costs. */
const WARM = 1_000;
const BLOCK = 200;
const BLOCKS = 5;

const TYPES = [
  { type: "http", module: "http_2xx", budget: "≤ 1/1.5 of it", most: 1 / 1.5 },
  { type: "tcp", module: "tcp_connect", budget: "≤ 1/2 of it", most: 1 / 2 },
] as const;

/** CPU time per check, AMQP included, one at a time, beside the same target asked by blackbox_exporter. */
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
    const what = `agent, CPU per ${type} check, AMQP included`;
    if (!("url" in blackbox)) {
      await block(ours, WARM);
      const spent = await block(ours, BLOCK * BLOCKS);
      const floor = `blackbox_exporter is absent: ${blackbox.absent}`;
      rows.push({ what, floor, measured: `${spent.toFixed(2)} ms`, budget });
      continue;
    }
    const aim = type === "http" ? `http://127.0.0.1:${port}/` : `127.0.0.1:${port}`;
    const url = `${blackbox.url}/probe?module=${module}&target=${encodeURIComponent(aim)}`;
    const floor = { pid: blackbox.pid, check: () => probe(url) };
    await block(ours, WARM);
    await block(floor, WARM);
    const spent = { ours: 0, floor: 0 };
    // In turns, so that whatever else the machine does falls on both.
    for (let i = 0; i < BLOCKS; i++) {
      spent.floor += (await block(floor, BLOCK)) / BLOCKS;
      spent.ours += (await block(ours, BLOCK)) / BLOCKS;
    }
    const ratio = spent.ours / spent.floor;
    rows.push({
      what,
      floor: `blackbox_exporter ${blackbox.version} ${spent.floor.toFixed(2)} ms`,
      measured: `${spent.ours.toFixed(2)} ms, ${ratio.toFixed(2)}×`,
      budget,
      met: ratio <= most,
    });
  }
  return rows;
}

/** CPU ms per check of the process, over so many checks one after the other. */
async function block({ pid, check }: { pid: number; check: () => Promise<void> }, times: number) {
  const before = cpuMs(pid);
  for (let i = 0; i < times; i++) await check();
  return (cpuMs(pid) - before) / times;
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
