import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createPlain } from "node:http";
import { createServer as createEncrypted } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { type Asked, memoryMiB, openAgentStand } from "../support/agent-stand.ts";
import { end } from "../support/way.ts";
import { shippedAgent } from "./shipped-agent.ts";
import type { Row } from "./table.ts";

const CHECKS = 1_000;
const AT_ONCE = 20;
const MOST = 2.2;

/** Resident memory one minute after 1 000 checks of all kinds, beside a Node that does nothing. */
export async function measureAgentMemory(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  stack.defer(() => end(bare, "SIGKILL"));
  const [key, cert] = await Promise.all(
    ["key", "pem"].map((ending) => readFile(`test/fixtures/tls/trusted.${ending}`, "utf8")),
  );
  const plain = createPlain((_request, response) => response.end("hello"));
  const encrypted = createEncrypted({ key, cert }, (_request, response) => response.end("hello"));
  for (const server of [plain, encrypted]) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    stack.defer(() => void server.close());
  }
  const target = "127.0.0.1";
  const port = (plain.address() as AddressInfo).port;
  const kinds: Asked[] = [
    { type: "http", target, port },
    { type: "tcp", target, port },
    {
      type: "http",
      target,
      port: (encrypted.address() as AddressInfo).port,
      options: { protocol: "https" },
    },
  ];
  const shipped = stack.use(await shippedAgent());
  const agent = stack.use(await openAgentStand(shipped.command));
  for (let done = 0; done < CHECKS; done += AT_ONCE) {
    const round = Array.from({ length: AT_ONCE }, (_, i) => kinds[(done + i) % kinds.length]);
    const asked = round.flatMap((one) => (one ? [agent.ask(one)] : []));
    const answers = await Promise.all(asked);
    if (answers.some(({ status }) => status !== "finished")) throw new Error("a check failed");
  }
  const { now: busy } = memoryMiB(agent.pid);
  await sleep(60_000);
  const [ours, floor] = [memoryMiB(agent.pid), memoryMiB(bare.pid ?? 0)];
  const ratio = ours.now / floor.now;
  return [
    {
      what: "shipped agent's memory, one minute after 1 000 checks",
      floor: `bare Node ${floor.now.toFixed(0)} MiB`,
      measured: `${ours.now.toFixed(0)} MiB, ${ratio.toFixed(2)}× (${busy.toFixed(0)} right after)`,
      budget: `≤ ${MOST}×`,
      met: ratio <= MOST,
    },
  ];
}
