import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import type { Netcheck } from "@netcheck/local/netcheck";
import { systemAccessToken } from "@netcheck/local/prepare";

import { openBareWay } from "./bare-way.ts";
import { ask, WARM_UP } from "./requests.ts";
import { percentile, type Row } from "./table.ts";

const CHECKS = 300;
const BLOCK = 10;
const POLL_MS = 5;

/** One check at a time, POST sent to the first GET that says finished, beside the bare hops in turn. */
export async function measureRoundTrip(netcheck: Netcheck): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const target = createServer((socket) => socket.destroy());
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  stack.defer(() => void target.close());
  const { port } = target.address() as AddressInfo;
  const session = await systemAccessToken(netcheck.env);
  stack.defer(() => session.end());
  const bare = stack.use(await openBareWay(netcheck.env));
  const check = () => oneCheck(netcheck.url, session.accessToken, port);

  const samples: Record<"ours" | "floor", number[]> = { ours: [], floor: [] };
  for (const work of [bare.roundTrip, check]) await block(work, WARM_UP);
  for (let done = 0; done < CHECKS; done += BLOCK) {
    samples.floor.push(...(await block(bare.roundTrip, BLOCK)));
    samples.ours.push(...(await block(check, BLOCK)));
  }
  const [floor, ours] = [percentile(samples.floor, 0.5), percentile(samples.ours, 0.5)];
  const ratio = ours / floor;
  return [
    {
      what: "check round trip, p50",
      floor: `bare SQS + AMQP + insert ${floor.toFixed(1)} ms`,
      measured: `${ours.toFixed(1)} ms, ${ratio.toFixed(2)}×`,
      budget: "≤ 1.5×",
      met: ratio <= 1.5,
    },
    {
      what: "check round trip, p99",
      floor: `${percentile(samples.floor, 0.99).toFixed(1)} ms`,
      measured: `${percentile(samples.ours, 0.99).toFixed(1)} ms`,
      budget: "",
    },
  ];
}

async function block(roundTrip: () => Promise<void>, times: number) {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await roundTrip();
    took.push(performance.now() - startedAt);
  }
  return took;
}

async function oneCheck(url: string, accessToken: string, port: number) {
  const checks = `${url}/api/v1/checks`;
  const headers = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
  const body = JSON.stringify({ type: "tcp", target: "127.0.0.1", port });
  const posted = await ask(checks, { method: "POST", headers }, body);
  const { id } = JSON.parse(posted) as { id: string };
  for (;;) {
    const found = await ask(`${checks}/${id}`, { headers });
    const { status, answered } = JSON.parse(found) as { status: string; answered: number };
    if (status === "finished" && answered === 1) return;
    if (status === "finished") throw new Error(`check ${id} finished without its answer`);
    await pause(POLL_MS);
  }
}
