import { parseAllowList } from "@netcheck/wire/address";
import { DnsOptions } from "@netcheck/wire/options";
import { afterEach, describe, expect, it } from "vitest";

import { startDnsServer, type DnsServer, type Reply } from "../../../test/support/dns-server.ts";
import { SYSTEM_NETWORK } from "./network.ts";
import { probeDns } from "./probe-dns.ts";

const LOOPBACK = parseAllowList("127.0.0.1");
const servers: DnsServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function resolver(script: Parameters<typeof startDnsServer>[0]) {
  const server = await startDnsServer(script);
  servers.push(server);
  return server;
}

/** Asks a resolver of choice on loopback. */
function ask(port: number, options: object = {}, target = "a.example", timeoutMs = 2_000) {
  const context = { allow: LOOPBACK, signal: AbortSignal.timeout(timeoutMs) };
  const parsed = DnsOptions.parse({ resolver: "127.0.0.1", ...options });
  return probeDns(target, port, parsed, context);
}

describe("[PRB-4] NC-B-27 a dns check is finished with what the resolver said", () => {
  it.each(["UDP", "TCP"] as const)("over %s, with types and times to live", async (protocol) => {
    const { port, asked } = await resolver(() => ({
      answers: [{ type: "MX", name: "a.example", ttl: 300, data: { exchange: "mx.example" } }],
    }));
    const flags = { aa: true, tc: false, rd: false, ra: false, ad: false, cd: false };
    const said = { resolver: "127.0.0.1", protocol, statusCode: 0, statusCodeName: "NOERROR" };
    expect(await ask(port, { protocol, recordType: "mx" })).toEqual({
      result: {
        ...said,
        meaning: "answer",
        canonicalName: null,
        flags,
        edns: null,
        authority: [],
        remarks: [],
        endedBy: null,
        steps: [{ ...said, port, ednsSent: true, flags, edns: null, ms: expect.any(Number) }],
        answers: [
          { name: "a.example.", type: "MX", ttl: 300, class: "IN", value: "0 mx.example." },
        ],
        truncated: false,
        timings: { total: expect.any(Number) },
      },
    });
    expect(asked).toEqual([{ name: "a.example", type: "MX", via: protocol, edns: true }]);
  });

  it("even if that is nothing", async () => {
    const { port } = await resolver(() => ({}));
    const { result, failure } = await ask(port);
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ statusCodeName: "NOERROR", answers: [] });
  });

  it("by TCP where UDP has no room for it", async () => {
    const { port, asked } = await resolver(({ via }) =>
      via === "UDP"
        ? { tooLong: true }
        : { answers: [{ type: "A", name: "a.example", ttl: 1, data: "192.0.2.1" }] },
    );
    const { result } = await ask(port);
    expect(result).toMatchObject({ protocol: "TCP", answers: [{ value: "192.0.2.1" }] });
    expect(asked.map(({ via }) => via)).toEqual(["UDP", "TCP"]);
  });

  it("and says so where even TCP has no room", async () => {
    const { port } = await resolver(() => ({ tooLong: true }));
    const { result, failure } = await ask(port, { protocol: "TCP" });
    expect([failure, result]).toMatchObject([undefined, { answers: [], truncated: true }]);
  });

  it("for an address by its reverse name", async () => {
    const { port, asked } = await resolver(() => ({}));
    await ask(port, { recordType: "PTR" }, "8.8.4.4");
    expect(asked).toMatchObject([{ name: "4.4.8.8.in-addr.arpa", type: "PTR" }]);
  });
});

describe("[PRB-4] NC-B-27 a dns check fails by", () => {
  it.each<[string, string, string, Reply]>([
    ["target", "not_found", "does not exist", { statusCode: 3 }],
    ["resolver", "resolver_failed", "meets SERVFAIL", { statusCode: 2 }],
    ["resolver", "refused", "is refused", { statusCode: 5 }],
    ["resolver", "timeout", "meets silence", "silence"],
    ["resolver", "bad_answer", "gets another's answer", { name: "b.example" }],
  ])("the %s (%s) where the name %s", async (failureSource, code, _what, reply) => {
    const { port } = await resolver(() => reply);
    const { result, failure } = await ask(port, {}, "a.example", 300);
    expect(failure).toMatchObject({ failureSource, failedPhase: "dns", error: { code } });
    expect(result).toMatchObject({ resolver: "127.0.0.1", timings: { total: expect.any(Number) } });
  });

  it.each(["UDP", "TCP"])("the resolver that does not listen (%s)", async (protocol) => {
    const server = await resolver(() => ({}));
    server.close();
    servers.length = 0;
    const { failure } = await ask(server.port, { protocol });
    expect(failure).toMatchObject({ failureSource: "resolver", error: { code: "refused" } });
  });

  it("the resolver whose TCP answer is no message", async () => {
    const { port } = await resolver(() => ({ bytes: Buffer.from("HTTP/1.1 400") }));
    const { failure } = await ask(port, { protocol: "TCP" });
    expect(failure).toMatchObject({ failureSource: "resolver", error: { code: "bad_answer" } });
  });

  it("[PRB-3] the agent that may not reach the resolver, which is then sent nothing", async () => {
    const { port, asked } = await resolver(() => ({}));
    for (const name of ["127.0.0.1", "localhost", "10.0.0.53", "0x7f.1", "::ffff:127.0.0.1"])
      for (const protocol of ["UDP", "TCP"] as const) {
        const context = { allow: [], signal: AbortSignal.timeout(2_000) };
        const options = DnsOptions.parse({ resolver: name, protocol });
        const { failure } = await probeDns("a.example", port, options, context);
        expect(failure).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
      }
    expect(asked).toEqual([]);
  });

  it("[CHK-38] the agent that may not go where a reverse name points, and asks nobody", async () => {
    const { port, asked } = await resolver(() => ({}));
    const fdName = `1.${"0.".repeat(29)}d.f.ip6.arpa`;
    for (const target of [
      "10.0.0.1",
      "fd00::1",
      "1.0.0.10.IN-ADDR.ARPA.",
      "10.in-addr.arpa",
      fdName,
    ])
      for (const recordType of ["PTR", "ANY", "NS"]) {
        if (recordType !== "PTR" && !target.toLowerCase().includes("arpa")) continue;
        const { failure } = await ask(port, { recordType }, target);
        expect(failure).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
      }
    expect(asked).toEqual([]);
    await ask(port, { recordType: "PTR" }, "127.0.0.1");
    expect(asked).toHaveLength(1);
  });

  it("the agent that is asked for what is no name", async () => {
    for (const target of ["192.0.2.1", `${"a".repeat(64)}.example`, "a..b", "a b", ""]) {
      const { failure } = await ask(1, {}, target);
      expect(failure).toMatchObject({ failureSource: "agent", error: { code: "bad_target" } });
    }
  });
});

describe("without a resolver of choice", () => {
  const through = (...resolvers: string[]) => ({
    allow: [],
    signal: AbortSignal.timeout(3_000),
    network: { ...SYSTEM_NETWORK, resolvers: () => resolvers },
  });

  it("the system's own is asked, wherever it is", async () => {
    const { port } = await resolver(() => ({}));
    const context = through(`127.0.0.1:${port}`);
    const { result } = await probeDns("a.example", 53, DnsOptions.parse({}), context);
    expect(result).toMatchObject({ statusCode: 0, resolver: "127.0.0.1" });
  });

  it("the next one is asked where one does not listen", async () => {
    const { port } = await resolver(() => ({}));
    const context = through("127.0.0.2:1", `127.0.0.1:${port}`);
    const { result } = await probeDns("a.example", 53, DnsOptions.parse({}), context);
    expect(result).toMatchObject({ statusCode: 0, resolver: "127.0.0.1" });
  });

  it("a lost packet is sent again", async () => {
    let lost = 0;
    const { port } = await resolver(() => ((lost += 1) === 1 ? "silence" : {}));
    const context = through(`127.0.0.1:${port}`);
    const { result } = await probeDns("a.example", 53, DnsOptions.parse({}), context);
    expect([lost, result["statusCode"]]).toEqual([2, 0]);
  });

  it("a host that has none says so", async () => {
    const { failure } = await probeDns("a.example", 53, DnsOptions.parse({}), through());
    expect(failure).toMatchObject({ failureSource: "agent", error: { code: "no_resolver" } });
  });
});
