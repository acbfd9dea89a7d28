import { Heartbeat } from "@netcheck/wire/message";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { createClock } from "./clock.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Ending, Link } from "./link.ts";
import { setLogLevel } from "./log.ts";

beforeEach(() => {
  setLogLevel("ERROR");
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance", "Date"] });
});
afterEach(() => vi.useRealTimers());

const capabilities = ["http", "ping"];

function beating(confirm: () => Promise<void>) {
  const beats: Heartbeat[] = [];
  const failed: string[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const link: Pick<Link, "publish" | "ended" | "fail"> = {
    publish: (_kind, body) => {
      beats.push(Heartbeat.parse(JSON.parse(body.toString())));
      return confirm();
    },
    fail: (reason) => void failed.push(reason),
    ended,
  };
  const clock = createClock();
  const due: boolean[] = [];
  const keepTime = () => Promise.resolve(void due.push(clock.isDue()));
  startHeartbeat(link, { intervalSeconds: 10, capabilities, running: () => 3, clock, keepTime });
  const learn = () => {
    const at = clock.steady();
    clock.adjust({ serverTime: clock.now(), sentAt: at, receivedAt: at });
  };
  return { beats, failed, end, due, learn };
}

it("beats at once, then every interval, until the link ends", async () => {
  const { beats, end } = beating(() => Promise.resolve());
  expect(beats).toMatchObject([{ v: 1, running: 3, capabilities }]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(beats).toHaveLength(4);
  end({ reason: "", refused: false });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(beats).toHaveLength(4);
});

it("beats on when the broker refused a beat", async () => {
  const { beats, failed } = beating(() => Promise.reject(new Error("nacked")));
  await vi.advanceTimersByTimeAsync(30_000);
  expect([beats.length, failed]).toEqual([4, []]);
});

it.each([5_000, -5_000, 3 * 3_600_000, -3 * 3_600_000])(
  "[PRB-97] says that its host's clock was set by %d ms between two beats, and asks for the time",
  async (step) => {
    const { beats, due, learn } = beating(() => Promise.resolve());
    learn();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(beats[1]).toMatchObject({ clockOffsetMs: 0 });
    expect(beats[1]?.clockJumpedAt).toBeUndefined();
    const before = Date.now();
    vi.setSystemTime(before + step);
    await vi.advanceTimersByTimeAsync(10_000);
    const jumpedAt = new Date(before + 10_000).toISOString();
    expect(beats[2]).toMatchObject({ clockOffsetMs: step, clockJumpedAt: jumpedAt });
    learn();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(beats[3]).toMatchObject({ clockOffsetMs: step, clockJumpedAt: jumpedAt });
    expect(due).toEqual([true, false, true, false]);
  },
);

it("skips beats while one is unconfirmed, and gives the link up after a minute of that", async () => {
  const { beats, failed } = beating(() => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([beats.length, failed]).toEqual([1, []]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([beats.length, failed]).toEqual([1, ["the broker confirms nothing"]]);
});
