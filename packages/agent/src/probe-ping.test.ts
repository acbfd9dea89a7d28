import { readFileSync } from "node:fs";

import { parseAllowList } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";
import { PingOptions } from "@netcheck/wire/options";
import { describe, expect, it } from "vitest";

import { findCapabilities } from "./capability.ts";
import { SYSTEM_NETWORK, type Network } from "./network.ts";
import type { ToolEnd, ToolOutput } from "./ping-tool.ts";
import { probePing } from "./probe-ping.ts";
import { resolveHost } from "./resolve.ts";

const golden = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/ping/${name}.txt`, import.meta.url), "utf8");

const NO_REPLY: ToolEnd = { exitCode: process.platform === "darwin" ? 2 : 1 };

/** A ping that prints this, and how it was called; `later`, what it prints when called again. */
function tool(
  { stdout = "", stderr = "", end = NO_REPLY }: Partial<ToolOutput>,
  later?: Partial<ToolOutput>,
) {
  const calls: string[] = [];
  const network: Network = {
    ...SYSTEM_NETWORK,
    // What is known without a resolver: no question leaves this host.
    resolve: (host, _signal, ipVersion) =>
      host === "many.test"
        ? Promise.resolve({ addresses: ["127.0.0.1", "::1"] })
        : resolveHost(host, AbortSignal.abort(), { ipVersion }),
    ping: (command, argv) => {
      calls.push([command, ...argv].join(" "));
      const first = { stdout, stderr, end };
      return Promise.resolve(calls.length > 1 ? { ...first, ...later } : first);
    },
  };
  const run = (host: string, options: object = {}, allow = "127.0.0.1,::1") =>
    probePing(host, PingOptions.parse({ packets: 2, ...options }), {
      allow: parseAllowList(allow),
      signal: AbortSignal.timeout(2_000),
      network,
    });
  return { calls, network, run };
}

const silence = { stdout: golden("iputils-no-reply") };
type Failing = [string, string, Partial<ToolOutput>];

describe("[PRB-8] NC-B-29 a ping check", () => {
  it("is finished with one reply, and knows what was lost", async () => {
    const { run } = tool({ stdout: golden("iputils-partial-loss") });
    expect(await run("127.0.0.1", { packets: 4 })).toEqual({
      result: {
        resolvedAddress: "127.0.0.1",
        timings: [
          { rtt: 0.04, ttl: 64 },
          { rtt: 0.045, ttl: 64 },
        ],
        stats: expect.objectContaining({ min: 0.04, max: 0.045, total: 4, rcv: 2, loss: 50 }),
        endedBy: null,
        steps: [
          {
            resolvedAddress: "127.0.0.1",
            tried: [{ address: "127.0.0.1", outcome: "connected", ms: expect.any(Number) }],
            timings: { dns: null },
          },
        ],
      },
    });
  });

  it.each([
    ["target", "no_reply", { stdout: golden("iputils-no-reply") }],
    ["path", "unreachable", { stdout: golden("iputils-host-unreachable") }],
    ["agent", "unreachable", { stderr: golden("iputils-no-route"), end: { exitCode: 2 } }],
    ["path", "time_exceeded", { stdout: golden("iputils-time-exceeded") }],
    ["agent", "not_permitted", { stderr: "ping: socket: Operation not permitted" }],
    ["agent", "no_tool", { end: { unstarted: "ENOENT" } }],
    ["agent", "not_permitted", { end: { unstarted: "EACCES" } }],
    ["agent", "ping_failed", { end: { unstarted: "EMFILE" } }],
    ["agent", "timeout", { end: { unstarted: "" } }],
    ["agent", "ping_failed", { stdout: golden("iputils-no-reply"), end: { killed: "SIGKILL" } }],
    ["agent", "ping_failed", { stdout: golden("iputils-no-reply"), end: "overdue" }],
    ["agent", "ping_failed", { stdout: "x", end: "flooded" }],
    ["agent", "ping_failed", { stdout: golden("iputils-no-reply"), end: { exitCode: 3 } }],
    ["agent", "ping_failed", { stdout: "1 packets transmitted, 1 received", end: { exitCode: 0 } }],
    ["agent", "ping_failed", { stdout: "PING 127.0.0.1", stderr: "Segmentation fault" }],
    ["agent", "ping_failed", { stdout: "0 packets transmitted, 0 received" }],
    ["agent", "ping_failed", { ...silence, stderr: "ping: sendmsg: No buffer space available" }],
    ["path", "bad_reply", { stdout: `64 bytes from x: icmp_seq=1 (truncated)\n${silence.stdout}` }],
  ] satisfies Failing[])(
    "[PRB-81] fails by the %s (%s) without one",
    async (failureSource, code, output) => {
      const { failure, result } = await tool(output).run("127.0.0.1");
      expect(failure).toMatchObject({ failureSource, error: { code } });
      expect(result).toMatchObject({
        resolvedAddress: "127.0.0.1",
        timings: [],
        stats: { rcv: 0 },
      });
    },
  );

  it("[PRB-83] goes on to the next address where this host cannot send to one", async () => {
    const { calls, run } = tool(
      { stderr: golden("iputils-no-route"), end: { exitCode: 2 } },
      { stdout: golden("iputils-replies-ipv6"), stderr: "", end: { exitCode: 0 } },
    );
    const { failure, result } = await run("many.test");
    expect(failure).toBeUndefined();
    expect(calls.map((call) => call.split(" ").at(-1))).toEqual(["127.0.0.1", "::1"]);
    expect(result).toMatchObject({
      resolvedAddress: "::1",
      steps: [
        {
          tried: [
            { address: "127.0.0.1", outcome: "agent_limit", message: expect.any(String) },
            { address: "::1", outcome: "connected" },
          ],
        },
      ],
    });
  });

  it.each<[string, Partial<ToolOutput>]>([
    ["unreachable", { stdout: golden("iputils-host-unreachable") }],
    ["no_tool", { end: { unstarted: "ENOENT" } }],
    ["not_permitted", { stderr: "ping: socket: Operation not permitted", end: { exitCode: 2 } }],
  ])("[PRB-83] stays with an address for %s", async (code, output) => {
    const { calls, run } = tool(output);
    expect((await run("many.test")).failure).toMatchObject({ error: { code } });
    expect(calls).toHaveLength(1);
  });

  it.each<[string, ToolEnd]>([
    ["was ended by something else (SIGKILL)", { killed: "SIGKILL" }],
    ["did not end when it was told to", "overdue"],
    ["printed more than this agent reads", "flooded"],
  ])("[PRB-81] says that the tool %s", async (words, end) => {
    const { failure } = await tool({ ...silence, end }).run("127.0.0.1");
    expect(failure?.error.message).toBe(`This host's ping ${words}.`);
  });

  it("[PRB-83] stays with an address that is silent", async () => {
    const { calls, run } = tool(silence);
    const { failure, result } = await run("many.test");
    expect(failure).toMatchObject({ failureSource: "target", error: { code: "no_reply" } });
    expect(calls).toHaveLength(1);
    expect(result).toMatchObject({
      steps: [{ tried: [{ outcome: "timeout" }, { outcome: "not_tried" }], failure }],
    });
  });

  it("gives the tool an address that was judged, never a name", async () => {
    const { calls, run } = tool({ stdout: golden("iputils-replies") });
    await run("localhost", { ipVersion: 4 });
    await run("0x7f.1");
    const words = calls.map((call) => call.split(" ").slice(-2).join(" "));
    expect(words).toEqual(["-- 127.0.0.1", "-- 127.0.0.1"]);
  });

  it.each(["127.0.0.1", "localhost", "10.0.0.1", "::ffff:127.0.0.1", "0177.1", "224.0.0.1"])(
    "of %s is refused by an agent that was allowed nothing, and no tool is started",
    async (host) => {
      const { calls, run } = tool({});
      const { failure } = await run(host, {}, "");
      expect(failure).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
      expect(calls).toEqual([]);
    },
  );

  it("of what is no name starts no tool", async () => {
    const { calls, run } = tool({});
    for (const host of ["-f", "--help", "-c1 127.0.0.1", "a;reboot", "$(id)", "missing.invalid"])
      expect((await run(host)).failure).toBeDefined();
    expect(calls).toEqual([]);
  });
});

describe("ping is offered", () => {
  it("where the tool gets a reply from this host", async () => {
    const { network } = tool({ stdout: golden("busybox-replies") });
    expect(await findCapabilities(network)).toContain("ping");
  });

  it.each([{ end: { unstarted: "ENOENT" } }, { stderr: "ping: socket: Operation not permitted" }])(
    "but not where it is %j",
    async (output) => {
      const others = CheckType.options.filter((type) => type !== "ping");
      expect(await findCapabilities(tool(output).network)).toEqual(others);
    },
  );
});
