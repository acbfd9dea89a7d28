import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { BrokerAccount } from "@netcheck/kernel/broker";
import type { Id } from "@netcheck/kernel/id";
import { afterEach, expect, it, vi } from "vitest";

import { rabbitAdmin } from "./rabbit-admin.ts";
import { sharedTopology } from "./rabbit-topology.ts";

const exchanges = { requestExchange: "requests", responseExchange: "responses" };

function account(n: number): BrokerAccount {
  const agentId = `01a1f997-0000-7000-8000-00000000000${n}` as Id<"agent">;
  return { agentId, username: `agent.${agentId}`, passwordHash: "h", queue: `agent.${agentId}.q` };
}

/** A management interface that takes everything, lists these queues and lets some be fetched from. */
async function broker(queues: readonly string[], silent: readonly string[], dead = silent) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "").replace(/^\/api\/|\?.*$/g, ""));
    const [, name = "", action] = /^queues\/v\/([^/]+)(?:\/(get))?$/.exec(path) ?? [];
    if (path === "queues/v") {
      const listed = queues.map((queue) => ({
        name: queue,
        durable: true,
        auto_delete: false,
        arguments: { "x-queue-type": "quorum" },
        ...(!silent.includes(queue) && { messages: 0 }),
      }));
      return void response.end(JSON.stringify(listed));
    }
    if (request.method === "GET") return void response.end("[]");
    if (name) asked.push(`${action ?? request.method} ${name}`);
    response.writeHead(action && dead.includes(name) ? 500 : 200).end("[]");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const admin = rabbitAdmin({
    managementUrl: `http://a:b@127.0.0.1:${port}`,
    vhost: "v",
    ...exchanges,
  });
  return { asked, admin, [Symbol.dispose]: () => void server.close() };
}

let nowMs = 0;
afterEach(() => void vi.restoreAllMocks());

/** Reconciles, with a minute before each time. */
async function reconcile(admin: ReturnType<typeof rabbitAdmin>, accounts: BrokerAccount[]) {
  nowMs += 60_000;
  vi.spyOn(performance, "now").mockReturnValue(nowMs);
  await admin.reconcile(() => Promise.resolve(accounts));
}

const [one, two] = [account(1), account(2)];

it("a queue that counts nothing at two looks and answers nothing is made again, alone", async () => {
  using fake = await broker([one.queue, two.queue], [two.queue]);
  await reconcile(fake.admin, [one, two]);
  expect(fake.asked.filter((call) => call.startsWith("DELETE"))).toEqual([]);
  fake.asked.length = 0;
  await reconcile(fake.admin, [one, two]);
  const changed = fake.asked.filter((call) => /^(DELETE|PUT) agent\./.test(call));
  expect(changed.filter((call) => call.endsWith(two.queue))).toEqual([
    `DELETE ${two.queue}`,
    `PUT ${two.queue}`,
  ]);
  expect(changed).not.toContain(`DELETE ${one.queue}`);
});

it("a queue whose counts are only late answers when it is asked, and stays", async () => {
  using fake = await broker([one.queue, two.queue], [two.queue], []);
  await reconcile(fake.admin, [one, two]);
  await reconcile(fake.admin, [one, two]);
  expect(fake.asked).toContain(`get ${two.queue}`);
  expect(fake.asked.filter((call) => call.startsWith("DELETE"))).toEqual([]);
});

it("a shared queue is made again too, and what we do not know is left alone", async () => {
  const shared = sharedTopology(exchanges).queues.map(({ name }) => name);
  const [results = ""] = shared.filter((name) => name.includes("results"));
  using fake = await broker([...shared, "stranger"], [results, "stranger"]);
  await reconcile(fake.admin, []);
  fake.asked.length = 0;
  await reconcile(fake.admin, []);
  const calls = fake.asked.filter((call) => call.endsWith(` ${results}`));
  expect(calls.slice(-2)).toEqual([`DELETE ${results}`, `PUT ${results}`]);
  expect(fake.asked.filter((call) => call.endsWith("stranger"))).toEqual([]);
});
