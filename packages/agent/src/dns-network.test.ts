import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { Socket } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { DnsOptions } from "@netcheck/wire/options";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";

import { askDns, closeDns, resolver } from "../../../test/support/dns-asking.ts";
import { SYSTEM_NETWORK, type Network } from "./network.ts";
import { probeDns } from "./probe-dns.ts";

afterEach(closeDns);

const systemError = (code: string) =>
  Object.assign(new Error(`connect ${code} 192.0.2.1`), { code });
const allow = parseAllowList("127.0.0.0/8");

/** Asks through a network of which only UDP is not this host's. */
function through(openUdp: Network["openUdp"], options: object = {}, more: Partial<Network> = {}) {
  const parsed = DnsOptions.parse({ resolver: "127.0.0.1", timeoutMs: 300, ...options });
  const signal = AbortSignal.timeout(parsed.timeoutMs);
  const network = { ...SYSTEM_NETWORK, openUdp, ...more };
  return probeDns("a.example", 53, parsed, { allow, signal, network });
}

/** A socket that fails with `code` at one place. */
function failing(place: "open" | "connect" | "event" | "send" | "callback" | "told", code: string) {
  return (): UdpSocket => {
    if (place === "open") throw systemError(code);
    const socket = createSocket("udp4");
    const fail = () => void setImmediate(() => socket.emit("error", systemError(code)));
    socket.connect = () => {
      if (place === "connect") throw systemError(code);
      if (place === "event") fail();
      else setImmediate(() => socket.emit("connect"));
    };
    socket.send = (...args: unknown[]) => {
      if (place === "send") throw systemError(code);
      const callback = args.at(-1);
      if (place === "callback" && typeof callback === "function") callback(systemError(code));
      if (place === "told") fail();
    };
    return socket;
  };
}

describe("[PRB-49] a resolver that nobody can send to", () => {
  it("fails the check within its time, by this host, in our words", async () => {
    const { result, failure } = await askDns(53, { resolver: "127.255.255.255" });
    expect(failure).toEqual({
      failureSource: "agent",
      failedPhase: "dns",
      error: {
        code: "unreachable",
        message:
          "This host cannot send to 127.255.255.255 port 53: the system does not permit it (EACCES).",
      },
    });
    expect(result).toMatchObject({ statusCode: null, steps: [{ failure }] });
  });

  it.each(["open", "connect", "event", "send", "callback"] as const)(
    "whichever call fails: %s",
    async (place) => {
      for (const code of ["EACCES", "EPERM", "ENETUNREACH", "EADDRNOTAVAIL", "EMFILE", "EINVAL"]) {
        const { failure } = await through(failing(place, code));
        expect(failure).toMatchObject({ failureSource: "agent", error: { code: "unreachable" } });
        expect(failure?.error.message).toMatch(
          /^This host cannot send to 127\.0\.0\.1 port 53: [a-z ]+ \(E[A-Z]+\)\.$/,
        );
      }
    },
  );

  it.each([
    ["ECONNREFUSED", "resolver", "refused"],
    ["EHOSTUNREACH", "path", "unreachable"],
    ["ENETUNREACH", "path", "unreachable"],
    ["EACCES", "path", "unreachable"],
    ["ENOBUFS", "agent", "unreachable"],
  ])("what the network tells of it later is another's fault: %s", async (code, source, said) => {
    const { failure } = await through(failing("told", code));
    expect(failure).toMatchObject({ failureSource: source, error: { code: said } });
  });

  it("port 0 in the system's list of resolvers is one", async () => {
    const parsed = DnsOptions.parse({});
    const network = { ...SYSTEM_NETWORK, resolvers: () => ["127.0.0.1:0"] };
    const signal = AbortSignal.timeout(500);
    const { failure } = await probeDns("a.example", 53, parsed, { allow, signal, network });
    expect(failure).toMatchObject({ failureSource: "agent", failedPhase: "dns" });
    expect(failure?.error.message).not.toMatch(/ERR_|options/);
  });

  it("does not keep the next one from answering", async () => {
    const { port } = await resolver(() => ({}));
    const network = {
      ...SYSTEM_NETWORK,
      resolvers: () => ["127.255.255.255", `127.0.0.1:${port}`],
    };
    const context = { allow, signal: AbortSignal.timeout(2_000), network };
    const { result } = await probeDns("a.example", 53, DnsOptions.parse({}), context);
    expect(result).toMatchObject({
      resolver: "127.0.0.1",
      steps: [{ failure: { failureSource: "agent" } }, { statusCode: 0 }],
    });
  });

  it("nor does one address of a resolver's name keep the others", async () => {
    const { port } = await resolver(() => ({}));
    const network: Network = {
      ...SYSTEM_NETWORK,
      resolve: async () => ({ addresses: ["127.255.255.255", "127.0.0.1"] }),
    };
    const context = { allow, signal: AbortSignal.timeout(2_000), network };
    const options = DnsOptions.parse({ resolver: "ns.example" });
    const { result } = await probeDns("a.example", port, options, context);
    expect(result).toMatchObject({ statusCode: 0, resolver: "127.0.0.1" });
  });
});

describe("[PRB-49] a network that fails at every call", () => {
  const places = fc.constantFrom("open", "connect", "event", "send", "callback", "told");
  const code = fc.constantFrom(
    ..."EACCES EPERM ENETUNREACH EHOSTUNREACH EINVAL EMFILE ENOBUFS ECONNREFUSED EWHAT".split(" "),
  );

  it("ends a check with an outcome, and never this program", async () => {
    const strays: unknown[] = [];
    const stray = (error: unknown) => strays.push(error);
    process.on("uncaughtException", stray).on("unhandledRejection", stray);
    const tcp = (how: string, broken: string) => () => {
      if (how === "open") throw systemError(broken);
      const socket = new Socket();
      socket.write = () => {
        socket.destroy(systemError(broken));
        return false;
      };
      setImmediate(() =>
        how === "told" ? socket.emit("connect") : socket.destroy(systemError(broken)),
      );
      return socket;
    };
    await fc.assert(
      fc.asyncProperty(
        places,
        code,
        fc.constantFrom("UDP", "TCP"),
        async (place, broken, protocol) => {
          const { failure, result } = await through(
            failing(place, broken),
            { protocol, timeoutMs: 100 },
            { connect: tcp(place, broken) },
          );
          expect(failure?.failureSource).not.toBe("target");
          expect(failure?.error.message).not.toMatch(/ERR_|connect E|node:/);
          expect(result["steps"]).not.toHaveLength(0);
        },
      ),
      { numRuns: 200 },
    );
    process.off("uncaughtException", stray).off("unhandledRejection", stray);
    expect(strays).toEqual([]);
  });
});

it("[PRB-45] whatever a resolver sends, by UDP or TCP, the check ends with an outcome", async () => {
  let bytes = Buffer.alloc(0);
  const { port } = await resolver(() => ({ bytes }));
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("UDP", "TCP"),
      async (sent, protocol) => {
        bytes = Buffer.from(sent);
        const { failure } = await askDns(port, { protocol, timeoutMs: 100 });
        expect(failure).toMatchObject({ failureSource: "resolver", error: { code: "bad_answer" } });
      },
    ),
    { numRuns: 30 },
  );
});
