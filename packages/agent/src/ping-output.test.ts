import { readdirSync, readFileSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parsePing, type PingReport } from "./ping-output.ts";

const FOLDER = new URL("../../../test/fixtures/ping/", import.meta.url);
const text = (name: string) => readFileSync(new URL(`${name}.txt`, FOLDER), "utf8");

/** Packets asked for, then sent, answered, answered twice, lost (%) and what stood in the way. */
const GOLDEN: Record<string, [number, number, number, number, number, string?]> = {
  "iputils-replies": [3, 3, 3, 0, 0],
  "iputils-replies-ipv6": [2, 2, 2, 0, 0],
  "iputils-partial-loss": [4, 4, 2, 0, 50],
  "iputils-duplicates": [2, 2, 2, 1, 0],
  "iputils-no-reply": [2, 2, 0, 0, 100],
  "iputils-host-unreachable": [2, 2, 0, 0, 100, "told unreachable"],
  "iputils-net-unreachable": [2, 2, 0, 0, 100, "told unreachable"],
  "iputils-prohibited": [2, 2, 0, 0, 100, "told unreachable"],
  "iputils-time-exceeded": [2, 2, 0, 0, 100, "told time_exceeded"],
  "iputils-time-exceeded-ipv6": [2, 2, 0, 0, 100, "told time_exceeded"],
  "iputils-prohibited-ipv6": [2, 2, 0, 0, 100, "told unreachable"],
  "iputils-no-route-there-ipv6": [2, 2, 0, 0, 100, "told unreachable"],
  "iputils-no-route": [2, 0, 0, 0, 0, "trouble unreachable"],
  "iputils-no-route-ipv6": [2, 0, 0, 0, 0, "trouble unreachable"],
  "iputils-odd-replies": [6, 6, 2, 1, 66.667],
  "iputils-redirects": [2, 2, 1, 0, 50],
  "iputils-unsent": [3, 1, 1, 0, 0, "trouble not_permitted"],
  "busybox-replies": [3, 3, 3, 0, 0],
  "busybox-replies-ipv6": [2, 2, 2, 0, 0],
  "busybox-partial-loss": [4, 4, 2, 0, 50],
  "busybox-duplicates": [2, 2, 2, 1, 0],
  "busybox-no-reply": [2, 2, 0, 0, 100],
  "busybox-host-unreachable": [2, 2, 0, 0, 100],
  "busybox-no-route": [2, 0, 0, 0, 0, "trouble unreachable"],
  "macos-partial-loss": [13, 13, 8, 0, 38.462],
  "macos-no-reply": [3, 3, 0, 0, 100],
};

const inTheWay = ({ told, trouble }: PingReport) =>
  (told && `told ${told.code}`) ?? (trouble && `trouble ${trouble.code}`);

describe("NC-B-29 the output of every ping we know is read", () => {
  it("has a line here for each golden file", () => {
    const names = readdirSync(FOLDER).filter((file) => file.endsWith(".txt"));
    expect(names.toSorted()).toEqual(
      Object.keys(GOLDEN)
        .map((name) => `${name}.txt`)
        .toSorted(),
    );
  });

  it.each(Object.entries(GOLDEN))("%s", (name, [packets, total, rcv, duplicates, loss, code]) => {
    const report = parsePing(text(name), "", packets);
    expect(report.stats).toMatchObject({ total, rcv, drop: total - rcv, duplicates, loss });
    expect(report.timings).toHaveLength(rcv);
    expect(inTheWay(report)).toBe(code);
  });

  it("reply by reply, with figures of our own", () => {
    expect(parsePing(text("busybox-partial-loss"), "", 4)).toEqual({
      timings: [
        { rtt: 0.054, ttl: 64 },
        { rtt: 0.072, ttl: 64 },
      ],
      stats: {
        min: 0.054,
        avg: 0.063,
        max: 0.072,
        stddev: 0.009,
        total: 4,
        rcv: 2,
        drop: 2,
        loss: 50,
        duplicates: 0,
        corrupted: 0,
        foreign: 0,
        errors: 0,
        redirects: 0,
        unsent: 0,
      },
      told: undefined,
      trouble: undefined,
      isWhole: true,
    });
  });

  it.each(["iputils-replies", "macos-partial-loss"])("as the tool itself sums %s up", (name) => {
    const { stats } = parsePing(text(name), "", 13);
    const sums = [stats.min, stats.avg, stats.max, stats.stddev].map((it) => it?.toFixed(3));
    expect(text(name)).toContain(` = ${sums.join("/")} ms`);
  });
});

describe("[PRB-82] what ping tells besides replies is counted", () => {
  it("corrupted and foreign replies, which are no answers", () => {
    const { timings, stats } = parsePing(text("iputils-odd-replies"), "", 6);
    expect(timings.map(({ rtt }) => rtt)).toEqual([0.04, 0.06]);
    expect(stats).toMatchObject({ corrupted: 3, foreign: 1, duplicates: 1, errors: 0 });
  });

  it("redirects apart from errors", () => {
    const { stats, told } = parsePing(text("iputils-redirects"), "", 2);
    expect([stats.redirects, stats.errors, told]).toEqual([2, 0, undefined]);
  });

  it("packets that this host did not send, which nobody has lost", () => {
    const { stats } = parsePing(text("iputils-unsent"), "", 3);
    expect(stats).toMatchObject({ total: 1, rcv: 1, unsent: 2, loss: 0 });
  });

  it.each([
    ["ping: warning: got ICMP 3 (Destination Unreachable)", "told unreachable"],
    ["ping: warning: got ICMP 11 (Time Exceeded)", "told time_exceeded"],
    ["ping: warning: got ICMP 5 (Redirect)", undefined],
    ["92 bytes from 192.0.2.1: Destination Host Unreachable", "told unreachable"],
    ["From 192.0.2.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)", "told unreachable"],
    ["From 2001:db8::1 icmp_seq=1 Time exceeded: Hop limit", "told time_exceeded"],
  ])("as every tool says it: %s", (line, code) => {
    expect(inTheWay(parsePing(line, "", 1))).toBe(code);
  });
});

describe("[PRB-81] what this host could not do is told apart", () => {
  it.each([
    ["not_permitted", "ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n"],
    ["not_permitted", "ping: sendmsg: Operation not permitted\n"],
    ["not_permitted", "ping: permission denied (are you root?)\n"],
    ["not_permitted", "ping: can't create raw socket: Operation not permitted\n"],
    ["not_permitted", "ping: Lacking privilege for raw socket.\n"],
    ["not_permitted", "ping: Do you want to ping broadcast? Then -b.\n"],
    ["unreachable", "ping: sendto: No route to host\n"],
    ["unreachable", "connect: Network is unreachable\n"],
    ["unreachable", "ping: connect: Invalid argument\n"],
    ["unreachable", "ping: connect: Cannot assign requested address\n"],
    ["unreachable", "ping: socket: Address family not supported by protocol\n"],
    ["ping_failed", "ping: sendmsg: No buffer space available\n"],
    ["ping_failed", "ping: local error: message too long, mtu=20\n"],
    ["ping_failed", "ping: invalid option -- 'Q'\n"],
  ])("%s: %j", (code, stderr) => {
    const { trouble, told } = parsePing("", stderr, 3);
    expect(trouble).toEqual({ code, said: expect.any(String) });
    expect(told).toBeUndefined();
  });

  it("a warning is none", () => {
    const warning = "ping: Warning: time of day goes back (-5us), taking countermeasures";
    expect(inTheWay(parsePing("", warning, 1))).toBeUndefined();
  });
});

it("NC-B-29 whatever a tool prints, the figures hold together", () => {
  const number = fc.oneof(
    fc.nat(),
    fc.double(),
    fc.constantFrom("", "-1", "1.2.3", "9".repeat(400)),
  );
  const reply = fc
    .tuple(number, number, number)
    .map(([seq, ttl, time]) => `64 bytes from x: icmp_seq=${seq} ttl=${ttl} time=${time} ms`);
  const sent = number.map((it) => `${it} packets transmitted, ${it} received`);
  const line = fc.oneof(
    reply,
    sent,
    fc.string({ unit: "binary" }),
    fc.constantFrom(...Object.keys(GOLDEN).map(text)),
  );
  const lines = fc.array(line, { maxLength: 40 }).map((it) => it.join("\n"));
  fc.assert(
    fc.property(lines, fc.string(), fc.integer({ min: 1, max: 16 }), (out, err, packets) => {
      const { timings, stats, told, trouble } = parsePing(out, err, packets);
      expect(timings.length).toBeLessThanOrEqual(packets);
      expect(stats.rcv + stats.drop).toBe(stats.total);
      expect(stats.loss >= 0 && stats.loss <= 100).toBe(true);
      expect(JSON.parse(JSON.stringify({ timings, stats }))).toEqual({ timings, stats });
      expect(Math.max(told?.said.length ?? 0, trouble?.said.length ?? 0) <= 512).toBe(true);
      expect(Object.values(stats).every((it) => it === null || it >= 0)).toBe(true);
    }),
  );
});
