import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

import { CheckResponse } from "@netcheck/wire/message";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { deliveryTo, fakeLink, ID, openDesk, silence } from "../../../test/support/desk-stand.ts";
import { createClock } from "./clock.ts";
import { createDesk } from "./desk.ts";
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

const message = (change: object = {}, headers = {}) => deliveryTo(port, change, headers);

describe("a request", () => {
  it("is acknowledged only once its answer is confirmed, which carries the request id", async () => {
    const { promise: confirmed, resolve: confirm } = Promise.withResolvers<void>();
    const { link, sent, settled } = fakeLink(() => confirmed);
    const it = openDesk();
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
    const it = openDesk();
    await it.attach(link);
    it.take(link, message(change));
    await it.drain();
    expect([settled, sent]).toEqual([["reject"], []]);
  });

  it("[PRB-13] of a kind that this agent does not know is answered so, once", async () => {
    const bodies: string[] = [];
    const { link, sent, settled } = fakeLink((body) => Promise.resolve(void bodies.push(body)));
    const it = openDesk();
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

describe("[PRB-11] NC-B-20 a repeated request does not run again", () => {
  it("after its answer was confirmed: it is acknowledged", async () => {
    const { link, sent, settled } = fakeLink();
    const it = openDesk();
    await it.attach(link);
    it.take(link, message());
    await expect.poll(() => settled).toEqual(["ack"]);
    it.take(link, message());
    expect([sent.length, settled]).toEqual([1, ["ack", "ack"]]);
  });

  it("while it runs: both are acknowledged with the one answer", async () => {
    const { link, sent, settled } = fakeLink();
    const it = openDesk();
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
    const it = openDesk();
    await it.attach(link);
    it.take(link, message());
    await it.drain();
    expect([sent.length, settled]).toEqual([2, ["ack"]]);
  });

  it("is published over the next link before that takes requests, and not run again", async () => {
    const lost = Promise.withResolvers<void>();
    const first = fakeLink(() => lost.promise);
    const it = openDesk();
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
    const it = openDesk();
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
    const it = openDesk();
    await it.attach(link);
    await it.drain();
    it.take(link, message());
    expect([it.running(), sent, settled]).toEqual([0, [], []]);
  });

  it("forgets what is halted, so that its message goes back to the queue", async () => {
    await using hole = await silence();
    const { link, sent, settled } = fakeLink();
    const it = openDesk();
    await it.attach(link);
    it.take(link, message({ type: "http", port: hole.port, options: { timeoutMs: 60_000 } }));
    const drained = it.drain();
    it.halt.abort();
    await drained;
    expect([it.running(), sent, settled]).toEqual([0, [], []]);
  });
});
