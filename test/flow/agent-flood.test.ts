import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { shippedAgent } from "../bench/shipped-agent.ts";
import { memoryMiB, openAgentStand } from "../support/agent-stand.ts";

const CONCURRENCY = 10;
const LARGE = "x".repeat(1024 * 1024);
const DEADLINE_MS = 300_000;

describe("an agent under a flood of requests", () => {
  const waiting: ServerResponse[] = [];
  let most = 0;
  let open = 0;
  let held = true;
  const target = createServer((_request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.once("close", () => (open -= 1));
    if (held) waiting.push(response);
    else response.end(LARGE);
  });

  let shipped: Awaited<ReturnType<typeof shippedAgent>>;
  let agent: Awaited<ReturnType<typeof openAgentStand>>;
  beforeAll(async () => {
    target.listen(0, "127.0.0.1");
    await once(target, "listening");
    shipped = await shippedAgent();
    agent = await openAgentStand(shipped.command, ["--concurrency", String(CONCURRENCY)]);
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await shipped[Symbol.asyncDispose]();
    target.close();
    target.closeAllConnections();
  });

  const flood = (requests: number) => {
    const { port } = target.address() as AddressInfo;
    const options = { timeoutMs: 60_000 };
    const asked = { type: "http", target: "127.0.0.1", port, options };
    return Array.from({ length: requests }, () => agent.ask(asked, DEADLINE_MS));
  };

  it("takes no more than it runs at a time; the rest waits at the broker", async () => {
    const answers = flood(100);
    await agent.published();
    await expect.poll(() => waiting.length, { timeout: 20_000 }).toBe(CONCURRENCY);
    await expect.poll(() => agent.ready(), { timeout: 20_000 }).toBe(100 - CONCURRENCY);
    held = false;
    for (const response of waiting) response.end("late");
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status !== "finished")).toEqual([]);
    expect(most).toBe(CONCURRENCY);
  });

  it("and its memory stays where it was, however many they are and however large the answers", async () => {
    const before = memoryMiB(agent.pid).now;
    const answers = await Promise.all(flood(1_000));
    expect(answers.every(({ status }) => status === "finished")).toBe(true);
    expect(most).toBe(CONCURRENCY);
    // A gibibyte was offered; the agent keeps 10 000 characters of each answer until it is confirmed.
    expect(memoryMiB(agent.pid).peak).toBeLessThan(before + 100);
    expect(memoryMiB(agent.pid).peak).toBeLessThan(200);
  }, 120_000);
});
