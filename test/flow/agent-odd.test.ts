import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openAgentStand } from "../support/agent-stand.ts";

const AGENT = fileURLToPath(new URL("../../packages/agent/src/main.ts", import.meta.url));
const BROKEN = new URL("../fixtures/broken-agent.mjs", import.meta.url).href;
/** An agent that makes a mistake where nobody guards it, and one that is killed. */
const MISTAKE = "127.0.0.66";
const DEATH = "127.0.0.67";

const ofAgent = (code: string) => ({
  status: "failed",
  failureSource: "agent",
  failedPhase: "run",
  error: { code },
});

describe("an agent among odd checks", () => {
  const page = createServer((_request, response) => void setTimeout(() => response.end("ok"), 300));
  const hole = createServer(() => undefined);
  const portOf = (server: typeof page) => (server.address() as AddressInfo).port;

  let agent: Awaited<ReturnType<typeof openAgentStand>>;
  let ended: Promise<unknown>;
  beforeAll(async () => {
    for (const server of [page, hole]) await once(server.listen(0, "127.0.0.1"), "listening");
    agent = await openAgentStand([process.execPath, "--import", BROKEN, AGENT], [], 1);
    ({ ended } = agent);
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    for (const server of [page, hole]) {
      server.close();
      server.closeAllConnections();
    }
  });

  const askPage = () => agent.ask({ type: "http", target: "127.0.0.1", port: portOf(page) });
  const askHole = () => {
    const options = { timeoutMs: 60_000 };
    return agent.ask({ type: "http", target: "127.0.0.1", port: portOf(hole), options });
  };

  it("[PRB-90] goes on where a resolver cannot be sent to, and asks it once", async () => {
    const options = { resolver: "127.255.255.255", timeoutMs: 5_000 };
    const asked = agent.ask({ type: "dns", target: "example.com", port: 53, options });
    const pages = await Promise.all([askPage(), askPage(), asked.then(askPage)]);
    expect(pages.map(({ status }) => status)).toEqual(["finished", "finished", "finished"]);
    expect(await asked).toMatchObject({ ...ofAgent("unreachable"), failedPhase: "dns", error: {} });
    expect(await agent.ready()).toBe(0);
  });

  it("[PRB-95] [PRB-97] whose clock is set while it works judges checks as before, and says so", async () => {
    const options = { timeoutMs: 800 };
    const asked = { type: "http", target: "127.0.0.1", port: portOf(hole), options };
    for (const offsetMs of [5_000, -5_000, 10_800_000, -10_800_000]) {
      const running = agent.ask(asked, 3_000);
      process.kill(agent.pid, "SIGUSR2");
      expect(await agent.ask({ ...asked, port: portOf(page) }, 3_000)).toMatchObject({
        status: "finished",
      });
      const { durationMs, startedAt, ...late } = await running;
      expect(late).toMatchObject({ status: "failed", error: { code: "timeout" } });
      expect(Math.abs(durationMs - options.timeoutMs)).toBeLessThan(500);
      expect(Math.abs(Date.parse(startedAt) + durationMs - Date.now())).toBeLessThan(1_000);
      const told = () => agent.beats().at(-1)?.clockOffsetMs ?? 0;
      await expect.poll(() => Math.abs(told() - offsetMs), { timeout: 5_000 }).toBeLessThan(500);
    }
    expect(Date.now() - Date.parse(agent.beats().at(-1)?.clockJumpedAt ?? "")).toBeLessThan(5_000);
  });

  it("[PRB-90] that breaks down answers for what runs, ends, and is well again when it is started", async () => {
    const running = askHole();
    const broke = await agent.ask({ type: "tcp", target: MISTAKE, port: 80 });
    expect(broke).toMatchObject(ofAgent("internal"));
    expect(await running).toMatchObject(ofAgent("internal"));
    expect(await ended).toBe(70);
    expect(await agent.ready()).toBe(0);
    ({ ended } = await agent.start());
    expect(await askPage()).toMatchObject({ status: "finished" });
  });

  it("[PRB-91] that is killed by the same check twice does not run it a third time", async () => {
    const asked = agent.ask({ type: "tcp", target: DEATH, port: 80 });
    for (let deaths = 0; deaths < 2; deaths += 1) {
      expect(await ended).toBe("SIGKILL");
      ({ ended } = await agent.start());
    }
    expect(await asked).toMatchObject(ofAgent("given_back"));
    expect(await askPage()).toMatchObject({ status: "finished" });
  });
});
