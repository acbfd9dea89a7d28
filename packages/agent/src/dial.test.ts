import { createServer, Socket, type AddressInfo, type Server } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { afterEach, describe, expect, it } from "vitest";

import { dial, type DialRecord } from "./dial.ts";
import { SYSTEM_NETWORK, type Network } from "./network.ts";
import { interleaved } from "./tried.ts";

const servers: Server[] = [];
const dialled: Socket[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of dialled.splice(0)) socket.destroy();
});

async function listen(host: string, port = 0) {
  const server = createServer((socket) => void socket.on("error", () => undefined));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}

/** A connection that nobody answers, or that fails late, as if the network had told. */
function broken(code?: string) {
  const socket = new Socket();
  const error = Object.assign(new Error("connect"), { code });
  if (code) setTimeout(() => socket.destroy(error), 5);
  return socket;
}

type Fates = Record<string, string | undefined>;

/** Dials `name.test`, which has these addresses; those with a fate lead nowhere. */
async function dialAll(addresses: string[], port: number, fates: Fates = {}, more: object = {}) {
  const asked: string[] = [];
  const network: Network = {
    ...SYSTEM_NETWORK,
    resolve: () => Promise.resolve({ addresses }),
    connect: (address, at) => {
      asked.push(address);
      const socket =
        address in fates ? broken(fates[address]) : SYSTEM_NETWORK.connect(address, at);
      dialled.push(socket);
      return socket;
    },
  };
  const record: DialRecord = {
    resolvedAddress: null,
    tried: [],
    timings: { dns: null, tcp: null },
  };
  const signal = AbortSignal.timeout(900);
  const allow = parseAllowList("127.0.0.0/8,::1");
  const startedAt = performance.now();
  const outcome = await dial({ host: "name.test", port, allow, signal, network, ...more }, record);
  const ms = performance.now() - startedAt;
  return { ...record, ms, asked, failure: "failure" in outcome ? outcome.failure : undefined };
}

const outcomes = ({ tried }: DialRecord) => tried.map(({ outcome }) => outcome);
const number: unknown = expect.any(Number);

describe("[PRB-75] the addresses of a name", () => {
  it("are tried one after another: the first that is refused is not the verdict", async () => {
    const port = await listen("127.0.0.1");
    const end = await dialAll(["127.0.0.2", "127.0.0.1", "127.0.0.3"], port);
    expect(end).toMatchObject({ failure: undefined, resolvedAddress: "127.0.0.1" });
    expect(end.tried).toEqual([
      {
        address: "127.0.0.2",
        outcome: "refused",
        ms: number,
        message: "127.0.0.2 port " + `${port} refused the connection (ECONNREFUSED).`,
      },
      { address: "127.0.0.1", outcome: "connected", ms: number },
      { address: "127.0.0.3", outcome: "not_tried", ms: null },
    ]);
    expect(end.ms).toBeLessThan(200);
  });

  it("get a head start of 250 ms where nothing comes back, and the other family is next", async () => {
    const port = await listen("::1");
    const end = await dialAll(["127.0.0.9", "127.0.0.8", "::1"], port, {
      "127.0.0.9": undefined,
      "127.0.0.8": undefined,
    });
    expect(end.resolvedAddress).toBe("::1");
    expect(end.asked).toEqual(["127.0.0.9", "::1"]);
    expect(outcomes(end)).toEqual(["abandoned", "connected", "not_tried"]);
    expect(end.ms).toBeGreaterThanOrEqual(245);
    expect(end.ms).toBeLessThan(700);
    expect(end.timings.tcp).toBeLessThan(200);
  });

  it("that lose are destroyed", async () => {
    const port = await listen("127.0.0.1");
    await dialAll(["127.0.0.9", "127.0.0.1"], port, { "127.0.0.9": undefined });
    expect(dialled.map(({ destroyed }) => destroyed)).toEqual([true, false]);
  });

  it("are the same address only once, and sixteen at most", async () => {
    const port = await listen("127.0.0.1");
    servers.splice(0).forEach((server) => server.close());
    const twice = await dialAll(["127.0.0.2", "127.0.0.2"], port);
    expect(outcomes(twice)).toEqual(["refused"]);
    const many = Array.from({ length: 40 }, (_, i) => `127.0.1.${i}`);
    const end = await dialAll([...many, ...many], port);
    expect(end.asked).toHaveLength(16);
    expect(end.tried).toHaveLength(32);
    expect(new Set(outcomes(end).slice(16))).toEqual(new Set(["not_tried"]));
  });

  it("[PRB-1] that no check may go to are told, and never dialled", async () => {
    const port = await listen("127.0.0.1");
    const end = await dialAll(["10.1.2.3", "127.0.0.1"], port);
    expect(end.asked).toEqual(["127.0.0.1"]);
    expect(outcomes(end)).toEqual(["connected", "refused_by_policy"]);
    const none = await dialAll(["10.1.2.3"], port);
    expect(none).toMatchObject({ failure: { failedPhase: "policy" }, asked: [] });
    expect(outcomes(none)).toEqual(["refused_by_policy"]);
  });

  it("are given up when the time is over", async () => {
    const silent = { "127.0.0.2": undefined, "127.0.0.3": undefined, "127.0.0.4": undefined };
    const signal = AbortSignal.timeout(300);
    const end = await dialAll(Object.keys(silent), 9, silent, { signal });
    expect(outcomes(end)).toEqual(["timeout", "timeout", "not_tried"]);
    expect(end.failure).toMatchObject({ failureSource: "path", error: { code: "timeout" } });
    expect(end).toMatchObject({ resolvedAddress: "127.0.0.2", timings: { tcp: null } });
  });

  it("take turns by family, IPv4 first, in the order that the resolver gave", () => {
    expect(interleaved(["::1", "::2", "192.0.2.1", "::3"])).toEqual([
      "192.0.2.1",
      "::1",
      "::2",
      "::3",
    ]);
    expect(interleaved([])).toEqual([]);
  });
});

describe("[PRB-76] where no address gives a connection", () => {
  it("the most telling is the verdict", async () => {
    const port = await listen("127.0.0.1");
    servers.splice(0).forEach((server) => server.close());
    const end = await dialAll(["127.0.0.9", "127.0.0.1"], port, { "127.0.0.9": "EHOSTUNREACH" });
    expect(end.failure).toMatchObject({ failureSource: "target", error: { code: "refused" } });
    expect(outcomes(end)).toEqual(["unreachable", "refused"]);
    expect(end.failure?.error.message).toContain("127.0.0.9 port");
    expect(end.failure?.error.message).toContain("127.0.0.1 port");
    expect(end.resolvedAddress).toBe("127.0.0.9");
  });
});

describe("[PRB-77] what this host cannot do", () => {
  it("is told by connect(2) at once, and is the agent's", async () => {
    const allow = parseAllowList("224.0.0.0/4,127.0.0.0/8");
    const end = await dialAll(["224.0.0.1"], 80, {}, { allow });
    expect(end.failure).toMatchObject({ failureSource: "agent", error: { code: "unreachable" } });
    expect(outcomes(end)).toEqual(["agent_limit"]);
  });

  it("is the agent's where the call itself throws", async () => {
    const connect = () => {
      throw Object.assign(new Error("no"), { code: "EMFILE" });
    };
    const network = {
      ...SYSTEM_NETWORK,
      resolve: () => Promise.resolve({ addresses: ["127.0.0.1"] }),
      connect,
    };
    const end = await dialAll([], 80, {}, { network });
    expect(end.failure).toMatchObject({ failureSource: "agent", failedPhase: "tcp" });
    expect(end.failure?.error.message).toContain("too many files are open (EMFILE)");
  });
});

describe("[PRB-78] a reset after the handshake", () => {
  it("is no refusal, and no reason to try the next address", async () => {
    const end = await dialAll(["127.0.0.9", "127.0.0.1"], 9, { "127.0.0.9": "ECONNRESET" });
    expect(end.failure).toMatchObject({ failureSource: "target", error: { code: "reset" } });
    expect(outcomes(end)).toEqual(["reset", "not_tried"]);
    expect(end.timings.tcp).toEqual(number);
  });
});
