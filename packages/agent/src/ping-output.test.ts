import { readdirSync, readFileSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parsePing } from "./ping-output.ts";

const FOLDER = new URL("../../../test/fixtures/ping/", import.meta.url);
const text = (name: string) => readFileSync(new URL(`${name}.txt`, FOLDER), "utf8");

/** Packets asked for, then sent, answered, answered twice, lost (%) and what stood in the way. */
const GOLDEN: Record<string, [number, number, number, number, number, string?]> = {
  "iputils-replies": [3, 3, 3, 0, 0],
  "iputils-replies-ipv6": [2, 2, 2, 0, 0],
  "iputils-partial-loss": [4, 4, 2, 0, 50],
  "iputils-duplicates": [2, 2, 2, 1, 0],
  "iputils-no-reply": [2, 2, 0, 0, 100],
  "iputils-host-unreachable": [2, 2, 0, 0, 100, "unreachable"],
  "iputils-net-unreachable": [2, 2, 0, 0, 100, "unreachable"],
  "iputils-prohibited": [2, 2, 0, 0, 100, "unreachable"],
  "iputils-time-exceeded": [2, 2, 0, 0, 100, "time_exceeded"],
  "iputils-time-exceeded-ipv6": [2, 2, 0, 0, 100, "time_exceeded"],
  "iputils-prohibited-ipv6": [2, 2, 0, 0, 100, "unreachable"],
  "iputils-no-route-there-ipv6": [2, 2, 0, 0, 100, "unreachable"],
  "iputils-no-route": [2, 2, 0, 0, 100, "unreachable"],
  "iputils-no-route-ipv6": [2, 2, 0, 0, 100, "unreachable"],
  "busybox-replies": [3, 3, 3, 0, 0],
  "busybox-replies-ipv6": [2, 2, 2, 0, 0],
  "busybox-partial-loss": [4, 4, 2, 0, 50],
  "busybox-duplicates": [2, 2, 2, 1, 0],
  "busybox-no-reply": [2, 2, 0, 0, 100],
  "busybox-host-unreachable": [2, 2, 0, 0, 100],
  "busybox-no-route": [2, 2, 0, 0, 100, "unreachable"],
  "macos-partial-loss": [13, 13, 8, 0, 38.462],
  "macos-no-reply": [3, 3, 0, 0, 100],
};

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
    expect(report.obstacle?.code).toBe(code);
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
      },
      obstacle: undefined,
    });
  });

  it.each(["iputils-replies", "macos-partial-loss"])("as the tool itself sums %s up", (name) => {
    const { stats } = parsePing(text(name), "", 13);
    const sums = [stats.min, stats.avg, stats.max, stats.stddev].map((it) => it?.toFixed(3));
    expect(text(name)).toContain(` = ${sums.join("/")} ms`);
  });
});

describe("what ping could not do is told apart from no reply", () => {
  it.each([
    ["not_permitted", "ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n"],
    ["not_permitted", "ping: sendmsg: Operation not permitted\n"],
    ["not_permitted", "ping: permission denied (are you root?)\n"],
    ["unreachable", "ping: sendto: No route to host\n"],
    ["ping_failed", "ping: invalid option -- 'Q'\n"],
  ])("%s", (code, stderr) => {
    const message = expect.stringContaining("ping: ");
    expect(parsePing("", stderr, 3).obstacle).toEqual({ code, message });
  });

  it("time to live exceeded is of the way, for IPv6 too", () => {
    const line = "From 2001:db8::1 icmp_seq=1 Time exceeded: Hop limit\n";
    expect(parsePing(line, "", 1).obstacle?.code).toBe("time_exceeded");
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
      const { timings, stats, obstacle } = parsePing(out, err, packets);
      expect(timings.length).toBeLessThanOrEqual(packets);
      expect(stats.rcv + stats.drop).toBe(stats.total);
      expect(stats.loss >= 0 && stats.loss <= 100).toBe(true);
      expect(JSON.parse(JSON.stringify({ timings, stats }))).toEqual({ timings, stats });
      expect((obstacle?.message.length ?? 0) <= 512).toBe(true);
    }),
  );
});
