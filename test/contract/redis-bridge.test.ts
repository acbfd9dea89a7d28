import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openHome, type Home } from "@netcheck/local/home";
import type { Kept } from "@netcheck/local/keeper";
import { choosePorts } from "@netcheck/local/ports";
import { startRedisBridge } from "@netcheck/local/redis-bridge";
import { startRedis } from "@netcheck/local/service-redis";
import { findPrograms } from "@netcheck/local/system-programs";
import { Redis } from "@upstash/redis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

// A Redis of its own, for it is stopped and killed here.
let home: Home;
let real: Kept;
let bridge: Awaited<ReturnType<typeof startRedisBridge>>;
let redis: Redis;
let raw: Redis;

beforeAll(async () => {
  home = await openHome(await mkdtemp(join(tmpdir(), "netcheck-bridge-")));
  for (const name of ["logs", "children"]) home.folder(name);
  const report = () => {};
  home.savePorts(
    await choosePorts({ names: ["redis"], remembered: {}, hosts: ["127.0.0.1"], report }),
  );
  const programs = await findPrograms(
    { redis: true, rabbitmq: false },
    report,
    AbortSignal.timeout(60_000),
  );
  const url = `redis://default:${await home.secret("redis")}@127.0.0.1:${home.ports["redis"]}`;
  real = startRedis({ home, host: "127.0.0.1", report }, programs.redis ?? "redis-server", url);
  await real.ready;
  bridge = await startRedisBridge({ redisUrl: url });
  redis = new Redis({ ...bridge, retry: false });
  raw = new Redis({ ...bridge, retry: false, automaticDeserialization: false });
});

beforeEach(() => redis.flushall());

afterAll(async () => {
  await bridge.close();
  await real.stop();
  home.close();
  await rm(home.path, { recursive: true, force: true });
});

test.for([
  "abcd",
  "PONG",
  "OK",
  "null",
  "12345678",
  "",
  "true story",
  "héllo ✓ 😀",
  "a\u0000b\r\n",
  "x".repeat(200_000),
])("a string comes back as it went in: %s", async (value) => {
  await redis.set("key", value);
  expect(await raw.get("key")).toBe(value);
});

test("objects, numbers and what is missing come back as they are", async () => {
  await redis.set("object", { a: 1, b: ["x", { y: null }] });
  expect(await redis.get("object")).toEqual({ a: 1, b: ["x", { y: null }] });
  expect(await redis.get("nothing")).toBeNull();
  expect(await redis.incrby("count", 41)).toBe(41);
  expect(await redis.ping()).toBe("PONG");
});

test("nested replies keep their shape", async () => {
  await redis.zadd("z", { score: 1, member: "one" }, { score: 2.5, member: "OK" });
  expect(await redis.zrange("z", 0, -1, { withScores: true })).toEqual(["one", 1, "OK", 2.5]);
  expect(await redis.hset("h", { a: 1, b: "two" })).toBe(2);
  expect(await redis.hgetall("h")).toEqual({ a: 1, b: "two" });
  expect(await redis.zmscore("z", ["one", "nobody"])).toEqual([1, null]);
  const [cursor, keys] = await redis.scan(0, { count: 100 });
  expect([cursor, keys.toSorted()]).toEqual(["0", ["h", "z"]]);
});

test("SET NX answers OK to the first and null to the second", async () => {
  expect(await redis.set("nx", "1", { nx: true, ex: 100 })).toBe("OK");
  expect(await redis.set("nx", "2", { nx: true, ex: 100 })).toBeNull();
  expect(await redis.ttl("nx")).toBeGreaterThan(90);
});

test("one failing command of a pipeline leaves the others their answers", async () => {
  const results = await redis
    .pipeline()
    .set("s", "x")
    .incr("s")
    .get("s")
    .exec({ keepErrors: true });
  expect(results[0]).toMatchObject({ result: "OK" });
  expect(results[1]?.error).toContain("not an integer");
  expect(results[2]).toMatchObject({ result: "x" });
});

test("calls of one turn are sent as one pipeline and answered each", async () => {
  const calls = [redis.set("a", "1"), redis.get("a"), redis.incr("n"), redis.hgetall("none")];
  expect(await Promise.all(calls)).toEqual(["OK", 1, 1, null]);
});

test("a transaction is executed as a whole", async () => {
  const many = Array.from({ length: 20 }, () => redis.multi().incr("m").incr("m").get("m").exec());
  const results = await Promise.all(many);
  for (const [first, second, read] of results)
    expect([second, read]).toEqual([Number(first) + 1, second]);
});

test("a transaction with a command that does not exist changes nothing", async () => {
  const answer = await post("/multi-exec", [["SET", "t", "1"], ["NOSUCH"]]);
  expect(answer.status).toBe(400);
  expect(await redis.get("t")).toBeNull();
});

test("scripts run by text and by digest, and an unknown digest says so", async () => {
  const script = "return {KEYS[1], ARGV[1], 7, false}";
  expect(await redis.eval(script, ["k"], ["arg"])).toEqual(["k", "arg", 7, null]);
  const digest = await redis.scriptLoad("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  expect(await redis.evalsha(digest, ["ev"], ["5"])).toBe(5);
  await expect(redis.evalsha("f".repeat(40), [], [])).rejects.toThrow("NOSCRIPT");
});

test("a command's error reaches the caller as Redis wrote it", async () => {
  await redis.set("text", "x");
  await expect(redis.lpush("text", "y")).rejects.toThrow("WRONGTYPE");
  expect(await post("/", ["LPUSH", "text", "y"])).toMatchObject({
    status: 400,
    body: { error: expect.stringMatching(/^WRONGTYPE/) },
  });
});

test("commands that block or change the connection are refused", async () => {
  for (const command of [
    ["BLPOP", "q", "0"],
    ["SELECT", "1"],
    ["SUBSCRIBE", "c"],
  ])
    expect(await post("/", command)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("not available") },
    });
});

test("nobody is served without the token", async () => {
  for (const path of ["/", "/pipeline", "/multi-exec"])
    expect((await post(path, [["GET", "a"]], "wrong")).status).toBe(401);
});

test("what is not JSON, not a command or not a path is refused", async () => {
  expect((await post("/", {})).status).toBe(400);
  expect((await post("/get/a", [])).status).toBe(404);
  const headers = { authorization: `Bearer ${bridge.token}` };
  expect((await fetch(bridge.url, { method: "POST", headers, body: "{" })).status).toBe(400);
});

test("a Redis that hangs or is gone is an error within half a second, and its return is noticed", async () => {
  const pid = real.pid();
  if (pid === null) throw new Error("no Redis runs");
  process.kill(pid, "SIGSTOP");
  const hung = await timed(() => post("/", ["GET", "a"]));
  process.kill(pid, "SIGCONT");
  process.kill(pid, "SIGKILL");
  await expect.poll(() => real.pid(), { interval: 5 }).not.toBe(pid);
  const gone = await timed(() => post("/pipeline", [["GET", "a"]]));
  for (const { status, tookMs } of [hung, gone]) {
    expect(status).toBe(503);
    expect(tookMs).toBeLessThan(500);
  }
  await expect.poll(() => post("/", ["PING"]), { timeout: 10_000 }).toMatchObject({ status: 200 });
});

async function post(path: string, body: unknown, token = bridge.token) {
  const answer = await fetch(new URL(path, bridge.url), {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as unknown };
}

async function timed<T extends object>(work: () => Promise<T>) {
  const began = performance.now();
  return { ...(await work()), tookMs: performance.now() - began };
}
