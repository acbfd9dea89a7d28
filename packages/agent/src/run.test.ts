import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { CheckResponse } from "@netcheck/wire/message";
import { HttpOptions } from "@netcheck/wire/options";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createClock } from "./clock.ts";
import { SYSTEM_NETWORK } from "./network.ts";
import type { Request } from "./request.ts";
import { run } from "./run.ts";

/** Accepts and never answers. */
let hole: Server;
let port = 0;
beforeAll(async () => {
  hole = createServer((socket) => void socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(hole, "listening");
  ({ port } = hole.address() as AddressInfo);
});
afterAll(() => hole.close());

const clock = createClock();
const context = { allow: parseAllowList("127.0.0.1"), clock, stop: new AbortController().signal };

function asking(timeoutMs: number, deadlineMs: number): Request {
  return {
    v: 1,
    id: "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5a",
    type: "http",
    target: "127.0.0.1",
    port,
    options: HttpOptions.parse({ timeoutMs }),
    deadlineAt: new Date(clock.now() + deadlineMs).toISOString(),
  };
}

describe("a check is answered", () => {
  it.each([
    ["its own time", 150, 60_000, "timeout"],
    ["its deadline", 60_000, 150, "deadline"],
  ])("[PRB-27] within %s, and says so", async (_what, timeoutMs, deadlineMs, endedBy) => {
    const response = CheckResponse.parse(await run(asking(timeoutMs, deadlineMs), context));
    const failed = { status: "failed", error: { code: "timeout" } };
    expect(response).toMatchObject({ ...failed, result: { endedBy } });
    expect(response.durationMs).toBeGreaterThan(100);
    expect(response.durationMs).toBeLessThan(1_000);
  });

  it("at once when the agent is halted", async () => {
    const halt = new AbortController();
    const running = run(asking(60_000, 60_000), { ...context, stop: halt.signal });
    halt.abort();
    const { durationMs, result } = await running;
    expect(durationMs).toBeLessThan(1_000);
    expect(result).toMatchObject({ endedBy: "stopped" });
  });

  it("even where the agent itself is at fault", async () => {
    // A port that no schema lets through makes the dialling throw.
    const broken: Request = { ...asking(1_000, 60_000), type: "tcp", port: 70_000 };
    expect(await run(broken, context)).toMatchObject({
      status: "failed",
      failureSource: "agent",
      failedPhase: "run",
      error: { code: "internal", message: expect.stringMatching(/^This agent broke down/) },
      result: { steps: [], endedBy: null },
    });
  });

  it.each([
    ["its own time", 100, 60_000, "timeout"],
    ["its deadline", 60_000, 100, "deadline"],
  ])(
    "[PRB-92] a second after %s, even where it does not end by itself",
    async (_what, timeoutMs, deadlineMs, endedBy) => {
      const network = { ...SYSTEM_NETWORK, resolve: () => new Promise<never>(() => undefined) };
      const response = await run(asking(timeoutMs, deadlineMs), { ...context, network });
      expect(CheckResponse.parse(response)).toMatchObject({
        failureSource: "agent",
        failedPhase: "run",
        error: { code: "overdue" },
        result: { endedBy },
      });
      expect(response.durationMs).toBeGreaterThan(1_000);
      expect(response.durationMs).toBeLessThan(2_000);
    },
  );
});
