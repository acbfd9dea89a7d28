import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, it } from "vitest";

import { BROKER } from "../../../test/support/broker.ts";
import { createClock } from "./clock.ts";
import { createPlatform } from "./platform.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function platform(listener: RequestListener) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const clock = createClock();
  return { ...createPlatform(`http://127.0.0.1:${port}/api/v1`, clock), clock };
}

const HOUR_LATER = new Date(Date.now() + 3_600_000).toISOString();

const session = {
  agentId: "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5a",
  serverTime: HOUR_LATER,
  heartbeatIntervalSeconds: 10,
  broker: BROKER,
};

const say =
  (status: number, body: unknown, headers = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(JSON.stringify(body));

describe("the platform", () => {
  it("is asked with the secret, and its clock is learnt", async () => {
    let seen: unknown[] = [];
    const it = await platform((request, response) => {
      seen = [request.method, request.url, request.headers.authorization];
      response.end(JSON.stringify(session));
    });
    expect(await it.openSession("s3cret")).toEqual({ session });
    expect(seen).toEqual(["POST", "/api/v1/agents/session", "Bearer s3cret"]);
    expect(it.clock.aheadMs() / 3_600_000).toBeCloseTo(-1, 2);
  });

  it.each<[string, RequestListener, number]>([
    ["to the millisecond", say(200, { status: "ok", serverTime: HOUR_LATER }), 1],
    [
      "by its date",
      say(200, { status: "ok" }, { date: new Date(HOUR_LATER).toUTCString() }),
      1_000,
    ],
  ])("[PRB-96] tells its time in a call of its own, %s", async (_what, listener, precisionMs) => {
    const it = await platform(listener);
    expect(await it.askTime()).toBeUndefined();
    expect(it.clock.isDue()).toBe(false);
    expect(Math.abs(it.clock.aheadMs() + 3_600_000)).toBeLessThan(precisionMs + 1_000);
    const away = await platform(say(502, {}));
    expect(await away.askTime()).toBe("it answers 502");
    expect(away.clock.isDue()).toBe(true);
  });

  it("is told who registers", async () => {
    let body = "";
    const it = await platform((request, response) => {
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => response.end(JSON.stringify(session)));
    });
    const me = { token: "t", hostname: "h", version: "1", capabilities: ["tcp"] };
    expect(await it.register(me)).toEqual({ session });
    expect(JSON.parse(body)).toEqual(me);
  });

  it("may refuse, and say when to come again", async () => {
    const refusing = await platform(say(401, { code: "x" }));
    expect(await refusing.openSession("s")).toMatchObject({ status: 401, retryAfterMs: 0 });
    const busy = await platform(say(503, {}, { "retry-after": "7" }));
    expect(await busy.openSession("s")).toMatchObject({ status: 503, retryAfterMs: 7_000 });
    const never = await platform(say(429, {}, { "retry-after": "86400" }));
    expect(await never.openSession("s")).toMatchObject({ status: 429, retryAfterMs: 60_000 });
  });

  it.each<[string, RequestListener]>([
    ["answers something else", say(200, { hello: "world" })],
    ["answers no JSON", (_request, response) => void response.end("<html>")],
    ["closes without a word", (request) => void request.socket.destroy()],
    ["sends the secret elsewhere", say(307, {}, { location: "http://127.0.0.1:1/" })],
  ])("is away when it %s", async (_what, listener) => {
    const it = await platform(listener);
    const answer = await it.openSession("s");
    expect(answer).toEqual({ reason: expect.any(String), retryAfterMs: 0 });
  });
});
