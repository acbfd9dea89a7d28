import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startAgent, type Asked, type LookingAgent } from "./looking-agent.ts";
import { makeNetwork, type LabNetwork } from "./network.ts";
import { CERTIFICATE_PORTS, CHAIN_PORTS, HTTP2_PORT, MUTE_PORT } from "./ports.ts";
import { startProgram, type Program } from "./program.ts";
import { whyNoLab } from "./tools.ts";

const ALLOW = "10.98.2.0/24,fd98:2::/64";
const WEB = "10.98.2.2";
const number: unknown = expect.any(Number);

const reason = await whyNoLab();

describe.skipIf(reason)("in the lab", () => {
  let network: LabNetwork;
  let target: Program;
  let agent: LookingAgent;
  let far: LookingAgent;
  let nobody: LookingAgent;

  beforeAll(async () => {
    network = await makeNetwork();
    target = await startProgram(network.at("target"), "./target-program.ts");
    [agent, far, nobody] = await Promise.all([
      startAgent(network.at("agent"), ALLOW),
      startAgent(network.at("far"), ALLOW),
      startAgent(network.at("agent"), ALLOW, "nobody"),
    ]);
  });

  afterAll(async () => {
    await Promise.all([target, agent, far, nobody].map((it) => it?.stop()));
    await network?.remove();
  });

  const failed = (failureSource: string, failedPhase: string, code: string) => ({
    status: "failed",
    failureSource,
    failedPhase,
    error: expect.objectContaining({ code }),
  });

  describe.concurrent("NC-B-28 tcp", () => {
    it.each([WEB, "fd98:2::2", "web.lab", "six.lab"])("of %s is open", async (host) => {
      const response = await agent.check("tcp", host, { port: 80 });
      expect(response).toMatchObject({ status: "finished", result: { timings: { tcp: number } } });
    });

    it.each<[string, number, ReturnType<typeof failed>]>([
      ["is closed at the target", 79, failed("target", "tcp", "refused")],
      ["is dropped on the way", 81, failed("path", "tcp", "timeout")],
      ["is prohibited on the way", 82, failed("path", "tcp", "unreachable")],
      ["is reset on the way", 83, failed("target", "tcp", "refused")],
      ["is called unreachable on the way", 84, failed("path", "tcp", "unreachable")],
    ])("of a port that %s", async (_what, port, expected) => {
      for (const host of [WEB, "fd98:2::2"])
        expect(await agent.check("tcp", host, { port, timeoutMs: 2_500 })).toMatchObject(expected);
    });

    it("may be open to one site and not to another", async () => {
      const [near, away] = await Promise.all(
        [agent, far].map((it) => it.check("tcp", WEB, { port: 80, timeoutMs: 1_500 })),
      );
      expect(near).toMatchObject({ status: "finished" });
      expect(away).toMatchObject(failed("path", "tcp", "timeout"));
    });

    it("of a family that was chosen goes by no other", async () => {
      const six = await agent.check("tcp", "web.lab", { port: 80, ipVersion: 6 });
      expect(six.result).toMatchObject({ resolvedAddress: "fd98:2::2" });
      const four = await agent.check("tcp", "web.lab", { port: 80, ipVersion: 4 });
      expect(four.result).toMatchObject({ resolvedAddress: WEB });
      const none = await agent.check("tcp", "four.lab", { port: 80, ipVersion: 6 });
      expect(none).toMatchObject(failed("target", "dns", "not_found"));
    });
  });

  describe.concurrent("NC-B-27 a name", () => {
    it.each([
      ["missing.lab", failed("target", "dns", "not_found")],
      ["servfail.lab", failed("resolver", "dns", "resolver_failed")],
      ["silent.lab", failed("resolver", "dns", "timeout")],
    ])("%s fails an http check", async (host, expected) => {
      expect(await agent.check("http", host)).toMatchObject(expected);
    });

    it("has the records that its zone has, by either protocol and family", async () => {
      const value = (response: { result: Record<string, unknown> }) => response.result["answers"];
      const mx = await agent.check("dns", "web.lab", { recordType: "MX" });
      expect(value(mx)).toMatchObject([{ type: "MX", ttl: 300, value: "10 mx.lab." }]);
      const txt = await agent.check("dns", "web.lab", {
        recordType: "TXT",
        protocol: "TCP",
        resolver: "ns.lab",
      });
      expect(value(txt)).toMatchObject([{ ttl: 5, value: '"v=lab"' }]);
      expect(txt.result).toMatchObject({ resolver: "10.98.2.53", protocol: "TCP" });
      const six = await agent.check("dns", "web.lab", {
        recordType: "AAAA",
        resolver: "fd98:2::2",
      });
      expect(value(six)).toMatchObject([{ value: "fd98:2::2" }]);
      const long = await agent.check("dns", "long.lab");
      expect(long.result).toMatchObject({ protocol: "TCP", answers: [{ value: WEB }] });
      const empty = await agent.check("dns", "four.lab", { recordType: "AAAA" });
      expect(empty).toMatchObject({ status: "finished", result: { answers: [] } });
    });

    it.each<[string, Asked, ReturnType<typeof failed>]>([
      ["missing.lab", {}, failed("target", "dns", "not_found")],
      ["servfail.lab", {}, failed("resolver", "dns", "resolver_failed")],
      ["refused.lab", {}, failed("resolver", "dns", "refused")],
      ["silent.lab", {}, failed("resolver", "dns", "timeout")],
      ["web.lab", { resolver: WEB, port: 5300 }, failed("resolver", "dns", "timeout")],
      ["web.lab", { resolver: WEB, port: 5399 }, failed("resolver", "dns", "refused")],
      [
        "web.lab",
        { resolver: WEB, port: 5399, protocol: "TCP" },
        failed("resolver", "dns", "refused"),
      ],
      ["web.lab", { resolver: "missing.lab" }, failed("resolver", "dns", "not_found")],
    ])("%s asked with %j", async (name, asked, expected) => {
      expect(await agent.check("dns", name, { timeoutMs: 1_500, ...asked })).toMatchObject(
        expected,
      );
    });
  });

  describe.concurrent("[PRB-41] what an answer means", () => {
    it.each<[string, Asked, object]>([
      ["nodata.lab", {}, { status: "finished", result: { meaning: "nodata" } }],
      ["lame.lab", {}, { status: "finished", result: { meaning: "lame" } }],
      ["refused.lab", {}, { status: "failed", result: { statusCodeName: "REFUSED" } }],
      [
        "dangling.lab",
        {},
        {
          ...failed("target", "dns", "not_found"),
          result: { meaning: "nxdomain", canonicalName: "gone.lab." },
        },
      ],
      [
        "old.lab",
        {},
        { status: "finished", result: { remarks: [{ code: "no_edns" }], meaning: "answer" } },
      ],
      [
        "bogus.lab",
        {},
        {
          ...failed("resolver", "dns", "resolver_failed"),
          result: { edns: { extendedErrors: [{ code: 6, name: "DNSSEC Bogus" }] } },
        },
      ],
      [
        "cut.lab",
        {},
        {
          ...failed("resolver", "dns", "bad_answer"),
          result: { truncated: true, answers: [{ value: WEB }], steps: [{}, {}] },
        },
      ],
      ["web.lab", { recordType: "CAA" }, { result: { answers: [{ value: '0 issue "ca.lab"' }] } }],
      ["*.lab", { recordType: "TXT" }, { result: { answers: [{ name: "*.lab." }] } }],
    ])("%s asked with %j", async (name, asked, expected) => {
      expect(await agent.check("dns", name, asked)).toMatchObject(expected);
    });
  });

  describe.concurrent("NC-B-29 ping", () => {
    const quick = { packets: 2, intervalMs: 200 };

    it.each([WEB, "fd98:2::2", "web.lab"])("of %s is answered, to nobody too", async (host) => {
      for (const user of [agent, nobody]) {
        const response = await user.check("ping", host, quick);
        expect(response).toMatchObject({
          status: "finished",
          result: {
            timings: [
              { rtt: number, ttl: 63 },
              { rtt: number, ttl: 63 },
            ],
            stats: { min: number, avg: number, max: number, total: 2, rcv: 2, loss: 0 },
          },
        });
      }
    });

    it("knows what was lost on the way", async () => {
      const response = await agent.check("ping", "10.98.2.4", { packets: 4, intervalMs: 200 });
      expect(response).toMatchObject({
        status: "finished",
        result: { stats: { total: 4, rcv: 2, drop: 2, loss: 50 } },
      });
    });

    it.each([
      ["is dropped", "10.98.2.3", failed("target", "icmp", "no_reply")],
      ["is prohibited", "10.98.2.5", failed("path", "icmp", "unreachable")],
      ["leads to nobody", "10.98.2.77", failed("path", "icmp", "unreachable")],
    ])("that %s", async (_what, host, expected) => {
      const response = await agent.check("ping", host, { ...quick, timeoutMs: 5_000 });
      expect(response).toMatchObject(expected);
      expect(response.result).toMatchObject({ stats: { rcv: 0, loss: 100 } });
    });
  });

  describe.concurrent("NC-B-26 http", () => {
    it.each([200, 404, 503])("takes a status of %i as the answer", async (statusCode) => {
      const response = await agent.check("http", "web.lab", { path: `/status/${statusCode}` });
      expect(response).toMatchObject({
        status: "finished",
        result: {
          statusCode,
          httpVersion: "1.1",
          timings: { dns: number, tcp: number, tls: null, firstByte: number, download: number },
        },
      });
    });

    it("follows a redirect, by IPv6 if that was chosen", async () => {
      const response = await agent.check("http", "web.lab", { path: "/moved", ipVersion: 6 });
      expect(response.result).toMatchObject({
        redirects: [{ url: "http://web.lab/moved", statusCode: 302 }],
        finalUrl: "http://web.lab/there",
        resolvedAddress: "fd98:2::2",
      });
    });

    const ERRORS = {
      trusted: null,
      "self-signed": "self_signed",
      untrusted: "untrusted_root",
      expired: "expired",
      "not-yet-valid": "not_yet_valid",
      "other-name": "wrong_name",
    };
    it.each(Object.entries(CERTIFICATE_PORTS))("tells a certificate: %s", async (name, port) => {
      const response = await agent.check("http", "tls.lab", { protocol: "https", port });
      const error = Object.entries(ERRORS).find(([it]) => it === name)?.[1];
      expect(response).toMatchObject({
        status: "finished",
        result: { statusCode: 200, tls: { authorized: error === null, error, keyType: "EC" } },
      });
    });

    const FAULTS = {
      "expired-intermediate": { code: "expired", subject: { CN: "old-authority" } },
      "no-intermediate": { code: "incomplete_chain", subject: { CN: "authority" } },
      "sha1-intermediate": { code: "weak_signature", subject: { CN: "sha1-authority" } },
    } as const;
    it.each(Object.entries(CHAIN_PORTS))(
      "[PRB-60] names what is at fault: %s",
      async (name, port) => {
        const response = await agent.check("http", "tls.lab", { protocol: "https", port });
        const fault = Object.entries(FAULTS).find(([it]) => it === name)?.[1];
        expect(response.result).toMatchObject({
          tls: { errors: [fault?.code], faults: [{ ...fault, place: "intermediate" }] },
        });
      },
    );

    it("speaks HTTP/2 where both can", async () => {
      const asked = { protocol: "http2", port: HTTP2_PORT };
      const response = await agent.check("http", "tls.lab", asked);
      expect(response.result).toMatchObject({ httpVersion: "2", body: "two" });
      const old = await agent.check("http", "tls.lab", { protocol: "http2", port: 443 });
      expect(old.result).toMatchObject({ httpVersion: "1.1" });
    });

    it("keeps its times where the target is mute", async () => {
      const mute = { port: MUTE_PORT, timeoutMs: 1_000 };
      const plain = await agent.check("http", WEB, mute);
      expect(plain).toMatchObject(failed("target", "firstByte", "timeout"));
      expect(plain.result).toMatchObject({ timings: { tcp: number, firstByte: null } });
      const secure = await agent.check("http", WEB, { ...mute, protocol: "https" });
      expect(secure).toMatchObject(failed("target", "tls", "timeout"));
    });
  });

  describe("[PRB-1] W-03 where no check may go", () => {
    const refused = failed("agent", "policy", "refused_by_policy");
    const names = ["inside.lab", "inside6.lab", "mapped.lab", "nat64.lab", "sixtofour.lab"];
    const literals = ["10.98.9.9", "fd98:9::9", "::ffff:10.98.9.9", "174196997", "012.98.9.9"];

    it.each([...names, ...literals])("%s gets no packet of any type", async (host) => {
      const responses = await Promise.all([
        agent.check("tcp", host, { port: 80, timeoutMs: 1_000 }),
        agent.check("http", host, { timeoutMs: 1_000 }),
        agent.check("ping", host, { packets: 1, timeoutMs: 1_000 }),
        agent.check("dns", "web.lab", { resolver: host, timeoutMs: 1_000 }),
        agent.check("dns", "web.lab", { resolver: host, protocol: "TCP", timeoutMs: 1_000 }),
      ]);
      for (const response of responses) expect(response).toMatchObject(refused);
    });

    it.each(["", "-name", "-mapped", "-user", "-decimal"])(
      "[PRB-2] a redirect there is not followed: /inside%s",
      async (way) => {
        const response = await agent.check("http", WEB, { path: `/inside${way}` });
        expect(response).toMatchObject(refused);
        expect(response.result).toMatchObject({ redirects: [{ statusCode: 302 }] });
      },
    );

    it("[PRB-2] nor one to a file", async () => {
      expect(await agent.check("http", WEB, { path: "/file" })).toMatchObject(refused);
    });

    it("a name that moves there after its first answer is judged anew", async () => {
      const asked = { port: 80, ipVersion: 4 };
      const first = await agent.check("tcp", "rebind.lab", asked);
      const second = await agent.check("tcp", "rebind.lab", asked);
      expect(first).toMatchObject({ status: "finished", result: { resolvedAddress: WEB } });
      expect(second).toMatchObject(refused);
    });

    it("the router saw nothing of all that, and would have", async () => {
      expect(await network.forbiddenPackets()).toBe(0);
      const careless = await startAgent(network.at("agent"), "10.98.9.0/24");
      await careless.check("tcp", "10.98.9.9", { port: 80, timeoutMs: 1_000 });
      await careless.stop();
      expect(await network.forbiddenPackets()).toBeGreaterThan(0);
    });
  });
});
