import { readFileSync } from "node:fs";

import { parseAllowList } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";
import { PingOptions } from "@netcheck/wire/options";
import { describe, expect, it } from "vitest";

import { findCapabilities } from "./capability.ts";
import { SYSTEM_NETWORK, type Network } from "./network.ts";
import type { ToolOutput } from "./ping-tool.ts";
import { probePing } from "./probe-ping.ts";
import { resolveHost } from "./resolve.ts";

const golden = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/ping/${name}.txt`, import.meta.url), "utf8");

/** A ping that prints this, and how it was called. */
function tool({ stdout = "", stderr = "", missing = false }: Partial<ToolOutput>) {
  const calls: string[] = [];
  const network: Network = {
    ...SYSTEM_NETWORK,
    // What is known without a resolver: no question leaves this host.
    resolve: (host, _signal, ipVersion) => resolveHost(host, AbortSignal.abort(), { ipVersion }),
    ping: (command, argv) => {
      calls.push([command, ...argv].join(" "));
      return Promise.resolve({ stdout, stderr, missing });
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
      },
    });
  });

  it.each([
    ["target", "no_reply", { stdout: golden("iputils-no-reply") }],
    ["path", "unreachable", { stdout: golden("iputils-host-unreachable") }],
    ["path", "unreachable", { stderr: golden("iputils-no-route") }],
    ["path", "time_exceeded", { stdout: golden("iputils-time-exceeded") }],
    ["agent", "not_permitted", { stderr: "ping: socket: Operation not permitted" }],
    ["agent", "no_tool", { missing: true }],
  ])("fails by the %s (%s) without one", async (failureSource, code, output) => {
    const { failure, result } = await tool(output).run("127.0.0.1");
    expect(failure).toMatchObject({ failureSource, error: { code } });
    expect(result).toMatchObject({ resolvedAddress: "127.0.0.1", timings: [], stats: { rcv: 0 } });
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

  it.each([{ missing: true }, { stderr: "ping: socket: Operation not permitted" }])(
    "but not where it is %j",
    async (output) => {
      const others = CheckType.options.filter((type) => type !== "ping");
      expect(await findCapabilities(tool(output).network)).toEqual(others);
    },
  );
});
