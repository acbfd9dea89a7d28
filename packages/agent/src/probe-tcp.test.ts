import { createServer, Socket, type AddressInfo } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { describe, expect, it } from "vitest";

import { SYSTEM_NETWORK } from "./network.ts";
import { probeTcp } from "./probe-tcp.ts";

const context = (allow = "127.0.0.1,::1") => ({
  allow: parseAllowList(allow),
  signal: AbortSignal.timeout(2_000),
});

async function withPort<T>(host: string, use: (port: number) => Promise<T>) {
  const server = createServer((socket) => void socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function failing(code: string) {
  const socket = new Socket();
  setImmediate(() => socket.destroy(Object.assign(new Error(code), { code })));
  return socket;
}

describe("NC-B-28 a tcp check", () => {
  it("[PRB-5] NC-B-28 is finished when it connected", async () => {
    const outcome = await withPort("127.0.0.1", (port) => probeTcp("127.0.0.1", port, context()));
    expect(outcome).toEqual({
      result: {
        resolvedAddress: "127.0.0.1",
        timings: { dns: null, tcp: expect.any(Number), total: expect.any(Number) },
        endedBy: null,
        steps: [
          {
            resolvedAddress: "127.0.0.1",
            tried: [{ address: "127.0.0.1", outcome: "connected", ms: expect.any(Number) }],
            timings: { dns: null, tcp: expect.any(Number) },
          },
        ],
      },
    });
  });

  it("[PRB-84] that failed says where, and which rule of ours ended it", async () => {
    const port = await withPort("127.0.0.1", async (it) => it);
    const closed = await probeTcp("127.0.0.1", port, context());
    const { failure } = closed;
    expect(closed).toMatchObject({
      failure: {
        error: { message: `127.0.0.1 port ${port} refused the connection (ECONNREFUSED).` },
      },
      result: { endedBy: null, steps: [{ tried: [{ outcome: "refused" }], failure }] },
    });
    const inside = await probeTcp("10.1.2.3", port, context());
    expect(inside.result).toMatchObject({
      endedBy: "policy",
      steps: [{ tried: [{ outcome: "refused_by_policy" }] }],
    });
  });

  it("[PRB-78] is finished where the target accepts and resets at once, whoever is quicker", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.resetAndDestroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => probeTcp("127.0.0.1", port, context())),
    );
    const reset = { ...SYSTEM_NETWORK, connect: () => failing("ECONNRESET") };
    outcomes.push(await probeTcp("127.0.0.1", port, { ...context(), network: reset }));
    server.close();
    for (const { failure, result } of outcomes) {
      expect(failure).toBeUndefined();
      expect(result).toMatchObject({ timings: { tcp: expect.any(Number) }, endedBy: null });
    }
    expect(outcomes.at(-1)?.result).toMatchObject({ steps: [{ tried: [{ outcome: "reset" }] }] });
  });

  it("of a name has a time for its resolution", async () => {
    const outcome = await withPort("127.0.0.1", (port) => probeTcp("LocalHost.", port, context()));
    expect(outcome).toMatchObject({ result: { timings: { dns: expect.any(Number) } } });
  });

  it("[PRB-5] NC-B-28 fails by the target where the port is closed", async () => {
    const port = await withPort("127.0.0.1", async (it) => it);
    const outcome = await probeTcp("127.0.0.1", port, context());
    expect(outcome).toMatchObject({
      failure: { failureSource: "target", failedPhase: "tcp", error: { code: "refused" } },
      result: { resolvedAddress: "127.0.0.1", timings: { tcp: null, total: expect.any(Number) } },
    });
  });

  it("fails by the target where the name does not exist", async () => {
    const outcome = await probeTcp("missing.invalid", 80, context());
    expect(outcome).toMatchObject({
      failure: { failureSource: "target", failedPhase: "dns", error: { code: "not_found" } },
      result: { resolvedAddress: null, timings: { dns: expect.any(Number), tcp: null } },
    });
  });

  it.each(["127.0.0.1", "0177.1", "localhost", "10.1.2.3", "169.254.169.254", "::ffff:10.0.0.1"])(
    "of %s is refused by an agent that was allowed nothing, before it dials",
    async (host) => {
      const outcome = await withPort("127.0.0.1", (port) => probeTcp(host, port, context("")));
      expect(outcome).toMatchObject({
        failure: { failureSource: "agent", failedPhase: "policy" },
        result: { timings: { tcp: null } },
      });
    },
  );

  it("of an unusual spelling is judged and dialled as the address it means", async () => {
    const outcome = await withPort("127.0.0.1", (port) => probeTcp("0x7f.1", port, context()));
    expect(outcome).toMatchObject({ result: { resolvedAddress: "127.0.0.1" } });
    expect(outcome.failure).toBeUndefined();
  });

  it("[PRB-5] NC-B-28 fails by the path where nothing answers", async () => {
    const silent = { ...SYSTEM_NETWORK, connect: () => new Socket() };
    const signal = AbortSignal.timeout(50);
    const outcome = await probeTcp("127.0.0.1", 1, { ...context(), signal, network: silent });
    expect(outcome).toMatchObject({
      failure: { failureSource: "path", failedPhase: "tcp", error: { code: "timeout" } },
      result: { resolvedAddress: "127.0.0.1", timings: { tcp: null }, endedBy: "timeout" },
    });
  });

  it("runs out of time in the phase it is in", async () => {
    const outcome = await probeTcp("127.0.0.1", 1, { ...context(), signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ failure: { failedPhase: "tcp", error: { code: "timeout" } } });
  });
});
