import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { CheckResponse } from "@netcheck/wire/message";
import type { ConsumeMessage } from "amqplib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { createClock } from "./clock.ts";
import { createDesk } from "./desk.ts";
import type { Ending, Link } from "./link.ts";
import { setLogLevel } from "./log.ts";

let server: Server;
let port = 0;
let connections = 0;
beforeAll(async () => {
  setLogLevel("ERROR");
  // Every backoff of nothing.
  vi.spyOn(Math, "random").mockReturnValue(0);
  server = createServer(() => (connections += 1)).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

const ID = "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5a";
const OTHER_ID = "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5b";

function message(change: object = {}, headers = {}): ConsumeMessage {
  const deadlineAt = new Date(Date.now() + 10_000).toISOString();
  const request = { v: 1, id: ID, type: "tcp", target: "127.0.0.1", port, options: {}, deadlineAt };
  const content = Buffer.from(JSON.stringify({ ...request, ...change }));
  // Only what the desk looks at: the rest of a delivery is the broker's business.
  return { content, properties: { headers } } as ConsumeMessage;
}

/** A link that records what goes over it; `confirm` decides each publish. */
function fakeLink(confirm: (body: string) => Promise<void> = () => Promise.resolve()) {
  const sent: { id: string; requestId: string | undefined }[] = [];
  const answers: CheckResponse[] = [];
  const settled: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<Ending>();
  let open = true;
  const link: Link = {
    publish: (_kind, body, requestId) => {
      const answer = CheckResponse.parse(JSON.parse(body.toString()));
      sent.push({ id: answer.id, requestId });
      answers.push(answer);
      return confirm(body.toString());
    },
    consume: () => Promise.resolve(),
    ack: () => void settled.push("ack"),
    reject: () => void settled.push("reject"),
    cancel: () => Promise.resolve(),
    close: () => Promise.resolve(),
    fail: () => undefined,
    isOpen: () => open,
    ended,
  };
  const cut = () => {
    open = false;
    resolve({ reason: "cut", refused: false });
  };
  return { link, sent, answers, settled, cut };
}

/** A target that accepts and says nothing. */
async function silence() {
  const target = createServer().listen(0, "127.0.0.1");
  const sockets = new Set<Socket>();
  target.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
  await once(target, "listening");
  return {
    port: (target.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => target.close(resolve));
    },
  };
}

function desk(clock = createClock()) {
  const halt = new AbortController();
  const allow = parseAllowList("127.0.0.1");
  const made = createDesk({ allow, clock, stop: halt.signal });
  return { ...made, halt };
}

describe("a request", () => {
  it("is acknowledged only once its answer is confirmed, which carries the request id", async () => {
    const { promise: confirmed, resolve: confirm } = Promise.withResolvers<void>();
    const { link, sent, settled } = fakeLink(() => confirmed);
    const it = desk();
    await it.attach(link);
    it.take(link, message({}, { "x-request-id": "r1" }));
    expect(it.running()).toBe(1);
    await expect.poll(() => sent).toEqual([{ id: ID, requestId: "r1" }]);
    expect(settled).toEqual([]);
    confirm();
    await it.drain();
    expect([settled, it.running()]).toEqual([["ack"], 0]);
  });

  it.each([
    ["malformed", { target: 1 }],
    ["of another version", { v: 2 }],
    ["of a type that nobody knows", { type: "udp" }],
    ["past its deadline", { deadlineAt: new Date(Date.now() - 1).toISOString() }],
  ])("[CHK-35] NC-B-23 that is %s is given up and not run", async (_what, change) => {
    const { link, sent, settled } = fakeLink();
    const it = desk();
    await it.attach(link);
    it.take(link, message(change));
    await it.drain();
    expect([settled, sent]).toEqual([["reject"], []]);
  });

  it("[PRB-13] of a kind that this agent does not know is answered so, once", async () => {
    const bodies: string[] = [];
    const { link, sent, settled } = fakeLink((body) => Promise.resolve(void bodies.push(body)));
    const it = desk();
    await it.attach(link);
    for (let i = 0; i < 2; i++) it.take(link, message({ kind: "look" }, { "x-request-id": "r1" }));
    await it.drain();
    expect([settled, sent]).toEqual([["ack", "ack"], [{ id: ID, requestId: "r1" }]]);
    expect(CheckResponse.parse(JSON.parse(bodies[0] ?? ""))).toMatchObject({
      status: "failed",
      failureSource: "agent",
      error: { code: "unsupported", message: expect.stringContaining("look") },
    });
    expect(it.begun()).toBe(0);
  });

  it("[CHK-35] NC-B-23 has its deadline judged by the platform's clock", async () => {
    const clock = createClock();
    const at = clock.steady();
    clock.adjust({ serverTime: Date.now() + 60_000, sentAt: at, receivedAt: at });
    const { link, settled } = fakeLink();
    const it = createDesk({ allow: [], clock, stop: new AbortController().signal });
    it.take(link, message());
    expect(settled).toEqual(["reject"]);
  });
});

describe("[PRB-95] a host's clock that was set", () => {
  const STEPS = [5_000, -5_000, 3 * 3_600_000, -3 * 3_600_000];

  it.each(STEPS)(
    "by %d ms refuses no request that is in time, and takes none that is late",
    async (step) => {
      let set = 0;
      const clock = createClock({ wall: () => Date.now() + set, steady: () => performance.now() });
      const { link, answers, settled } = fakeLink();
      const it = desk(clock);
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
    const it = desk(clock);
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
    const it = desk();
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
    const it = desk();
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
    const it = desk();
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
    const it = desk();
    await it.attach(link);
    const waiting = { type: "http", port: hole.port, options: { timeoutMs: 60_000 } };
    it.take(link, message(waiting));
    it.take(link, message({ ...waiting, id: OTHER_ID }));
    const abandoned = it.abandon();
    it.take(link, message({ ...waiting, id: "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5c" }));
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
    const it = desk();
    await it.attach(link);
    it.take(link, message());
    const abandoned = it.abandon();
    await expect.poll(() => it.running()).toBe(0);
    confirm();
    await abandoned;
    expect(answers).toMatchObject([{ error: { code: "internal" } }]);
  });
});

describe("[PRB-11] NC-B-20 a repeated request does not run again", () => {
  it("after its answer was confirmed: it is acknowledged", async () => {
    const { link, sent, settled } = fakeLink();
    const it = desk();
    await it.attach(link);
    it.take(link, message());
    await expect.poll(() => settled).toEqual(["ack"]);
    it.take(link, message());
    expect([sent.length, settled]).toEqual([1, ["ack", "ack"]]);
  });

  it("while it runs: both are acknowledged with the one answer", async () => {
    const { link, sent, settled } = fakeLink();
    const it = desk();
    await it.attach(link);
    const before = connections;
    it.take(link, message());
    it.take(link, message());
    await it.drain();
    await expect.poll(() => connections - before).toBe(1);
    expect([sent.length, settled]).toEqual([1, ["ack", "ack"]]);
  });
});

describe("an answer that was not confirmed", () => {
  it("is published again when the broker refused it", async () => {
    let tries = 0;
    const { link, sent, settled } = fakeLink(() =>
      (tries += 1) === 1 ? Promise.reject(new Error("nacked")) : Promise.resolve(),
    );
    const it = desk();
    await it.attach(link);
    it.take(link, message());
    await it.drain();
    expect([sent.length, settled]).toEqual([2, ["ack"]]);
  });

  it("is published over the next link before that takes requests, and not run again", async () => {
    const lost = Promise.withResolvers<void>();
    const first = fakeLink(() => lost.promise);
    const it = desk();
    await it.attach(first.link);
    it.take(first.link, message());
    await expect.poll(() => first.sent.length).toBe(1);
    first.cut();
    lost.reject(new Error("channel closed"));
    const second = fakeLink();
    const before = connections;
    await it.attach(second.link);
    expect(second.sent).toHaveLength(1);
    it.take(second.link, message());
    expect([second.settled, connections - before]).toEqual([["ack"], 0]);
  });

  it("is published over the next link when it was ready while there was none", async () => {
    const first = fakeLink();
    const it = desk();
    await it.attach(first.link);
    it.take(first.link, message());
    first.cut();
    const second = fakeLink();
    await it.drain();
    expect([first.sent, first.settled]).toEqual([[], []]);
    await it.attach(second.link);
    expect(second.sent).toHaveLength(1);
  });
});

describe("a desk that closes", () => {
  it("starts nothing, and leaves new requests to the queue", async () => {
    const { link, sent, settled } = fakeLink();
    const it = desk();
    await it.attach(link);
    await it.drain();
    it.take(link, message());
    expect([it.running(), sent, settled]).toEqual([0, [], []]);
  });

  it("forgets what is halted, so that its message goes back to the queue", async () => {
    await using hole = await silence();
    const { link, sent, settled } = fakeLink();
    const it = desk();
    await it.attach(link);
    it.take(link, message({ type: "http", port: hole.port, options: { timeoutMs: 60_000 } }));
    const drained = it.drain();
    it.halt.abort();
    await drained;
    expect([it.running(), sent, settled]).toEqual([0, [], []]);
  });
});
