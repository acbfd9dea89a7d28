import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  deliveryTo,
  fakeLink,
  ID,
  openDesk,
  OTHER_ID,
  silence,
} from "../../../test/support/desk-stand.ts";
import { createClock } from "./clock.ts";
import { setLogLevel } from "./log.ts";

let server: Server;
let port = 0;
let connections = 0;
beforeAll(async () => {
  setLogLevel("ERROR");
  server = createServer(() => (connections += 1)).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

const message = (change: object = {}, headers = {}) => deliveryTo(port, change, headers);

describe("[PRB-95] a host's clock that was set", () => {
  const STEPS = [5_000, -5_000, 3 * 3_600_000, -3 * 3_600_000];

  it.each(STEPS)(
    "by %d ms refuses no request that is in time, and takes none that is late",
    async (step) => {
      let set = 0;
      const clock = createClock({ wall: () => Date.now() + set, steady: () => performance.now() });
      const { link, answers, settled } = fakeLink();
      const it = openDesk(clock);
      await it.attach(link);
      set = step;
      it.take(link, message({ deadlineAt: new Date(Date.now() + 3_000).toISOString() }));
      const late = { id: OTHER_ID, deadlineAt: new Date(Date.now() - 1_000).toISOString() };
      it.take(link, message(late));
      await it.drain();
      expect(answers).toMatchObject([{ id: ID, status: "finished" }]);
      expect(settled).toEqual(["reject", "ack"]);
    },
  );

  it.each(STEPS)("by %d ms while a check runs changes nothing of it", async (step) => {
    let set = 0;
    const clock = createClock({ wall: () => Date.now() + set, steady: () => performance.now() });
    const { link, answers } = fakeLink();
    const it = openDesk(clock);
    await it.attach(link);
    await using hole = await silence();
    const begun = Date.now();
    it.take(
      link,
      message({ type: "http", port: hole.port, options: { timeoutMs: 300, protocol: "http" } }),
    );
    set = step;
    await it.drain();
    const [answer] = answers;
    expect(answer).toMatchObject({ status: "failed", error: { code: "timeout" } });
    expect(answer?.durationMs).toBeGreaterThan(250);
    expect(answer?.durationMs).toBeLessThan(1_500);
    expect(Math.abs(Date.parse(answer?.startedAt ?? "") - begun)).toBeLessThan(1_000);
  });
});

describe("[PRB-91] a request that came back", () => {
  const COUNT = "x-delivery-count";

  it("once, as an orderly restart gives it back, is run", async () => {
    const { link, answers } = fakeLink();
    const it = openDesk();
    await it.attach(link);
    it.take(link, message({}, { [COUNT]: 1 }));
    await it.drain();
    expect(answers).toMatchObject([{ status: "finished" }]);
  });

  it.each([
    ["twice", { [COUNT]: 2 }],
    ["more often", { [COUNT]: 7 }],
    ["twice as RabbitMQ 4.3 counts it", { [COUNT]: 1, "x-acquired-count": 2 }],
  ])("%s is not run, and its answer says so", async (_what, headers) => {
    const { link, answers, settled } = fakeLink();
    const it = openDesk();
    await it.attach(link);
    const before = connections;
    it.take(link, message({}, headers));
    await it.drain();
    expect(answers).toMatchObject([
      {
        status: "failed",
        failureSource: "agent",
        failedPhase: "run",
        error: { code: "given_back", message: expect.stringContaining("not run again") },
        result: { steps: [], endedBy: null },
      },
    ]);
    expect([settled, it.begun(), connections - before]).toEqual([["ack"], 0, 0]);
  });

  it("while it still runs here is the same check", async () => {
    const { link, answers, settled } = fakeLink();
    const it = openDesk();
    await it.attach(link);
    it.take(link, message());
    it.take(link, message({}, { [COUNT]: 2 }));
    await it.drain();
    expect(answers).toMatchObject([{ status: "finished" }]);
    expect(settled).toEqual(["ack", "ack"]);
  });
});

describe("[PRB-90] an agent that broke down", () => {
  it("answers what runs as failed by itself, waits for the confirms and takes no more", async () => {
    const { promise: confirmed, resolve: confirm } = Promise.withResolvers<void>();
    const { link, answers, settled } = fakeLink(() => confirmed);
    await using hole = await silence();
    const it = openDesk();
    await it.attach(link);
    const waiting = { type: "http", port: hole.port, options: { timeoutMs: 60_000 } };
    it.take(link, message(waiting));
    it.take(link, message({ ...waiting, id: OTHER_ID }));
    const abandoned = it.abandon();
    it.take(link, message({ ...waiting, id: "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5c" }));
    await expect(Promise.race([abandoned, sleep(50, "waits")])).resolves.toBe("waits");
    expect(settled).toEqual([]);
    confirm();
    await abandoned;
    const failed = {
      status: "failed",
      failureSource: "agent",
      failedPhase: "run",
      error: { code: "internal", message: expect.stringContaining("broke down") },
      result: { endedBy: null },
    };
    expect(answers).toMatchObject([
      { id: ID, ...failed },
      { id: OTHER_ID, ...failed },
    ]);
    expect(settled).toEqual(["ack", "ack"]);
    it.halt.abort();
    await it.drain();
    expect(answers).toHaveLength(2);
  });

  it("answers a check once, though it ends meanwhile", async () => {
    const { promise: confirmed, resolve: confirm } = Promise.withResolvers<void>();
    const { link, answers } = fakeLink(() => confirmed);
    const it = openDesk();
    await it.attach(link);
    it.take(link, message());
    const abandoned = it.abandon();
    await expect.poll(() => it.running()).toBe(0);
    confirm();
    await abandoned;
    expect(answers).toMatchObject([{ error: { code: "internal" } }]);
  });
});

it("[PRB-90] no bytes that come as a request break the desk down", async () => {
  const { link } = fakeLink();
  const golden = message().content.toString();
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 64 }).map((it) => Buffer.from(it)),
    fc.json().map((it) => Buffer.from(it)),
    fc
      .tuple(fc.nat(golden.length), fc.nat(golden.length), fc.string())
      .map(([from, to, between]) => golden.slice(0, from) + between + golden.slice(to))
      .map((it) => Buffer.from(it)),
    fc.constantFrom("[", '{"a":').map((it) => Buffer.from(it.repeat(60_000))),
  );
  const headers = fc.option(
    fc.dictionary(fc.constantFrom("x-delivery-count", "x-request-id"), fc.anything()),
  );
  const halted = openDesk();
  halted.halt.abort();
  fc.assert(
    fc.property(bytes, headers, (content, said) => {
      halted.take(link, { ...message({}, said ?? undefined), content });
    }),
    { numRuns: 500 },
  );
  await halted.drain();
});
