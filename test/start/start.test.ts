import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { identify } from "@netcheck/local/process-identity";
import { afterAll, beforeAll, expect, test } from "vitest";

import { killWhole } from "./family.ts";
import { everyPid, start, type Line } from "./running.ts";

const isAlive = (pid: number) => identify(pid) !== undefined;
const home = (name: string) => join(folder, name);

/** What a machine has that reaches others by a proxy, and that one is away. */
const BEHIND_PROXY = {
  NODE_USE_ENV_PROXY: "1",
  HTTP_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "",
  no_proxy: "",
};

let folder: string;
// By npm, with three agents; it lives through the file, and is stopped at its end.
let first: ReturnType<typeof start>;
let beside: ReturnType<typeof start>;
let line: Line;
let besideLine: Line;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "netcheck-start-"));
  // As root, Postgres runs as another user, who has to pass through.
  chmodSync(folder, 0o711);
  first = start(home("first"), { npm: true, args: ["--agents", "3"] });
  beside = start(home("beside"), { args: ["--agents", "1"], env: BEHIND_PROXY });
  [line, besideLine] = await Promise.all([first.line, beside.line]);
});
afterAll(async () => {
  for (const { child, ended } of [first, beside]) {
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

test("two starts side by side have their own processes, each of which is what the line says", () => {
  const all = [...everyPid(line), ...everyPid(besideLine)];
  expect(new Set(all).size).toBe(all.length);
  expect(line.pids.agents).toHaveLength(3);
  const command = (pid: number) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ");
  expect(command(line.pids.api)).toContain("packages/local/src/api.ts");
  expect(command(line.pids.worker)).toContain("packages/worker/src/main.ts");
  expect(command(line.pids.agents[0] ?? 0)).toContain("packages/agent/src/main.ts");
  expect(command(line.pids.postgres)).toMatch(/bin\/postgres -D/);
  expect(command(line.pids.redis)).toContain("redis-server");
  expect(command(line.pids.rabbitmq)).toContain("beam");
  expect(command(line.pids.sqs)).toContain("sqs-server.ts");
});

test("no secret of the home is in the arguments of a process", () => {
  const state = readFileSync(join(home("first"), "state.json"), "utf8");
  const secrets = Object.values<string>(JSON.parse(state).secrets);
  expect(secrets.length).toBeGreaterThan(3);
  for (const pid of everyPid(line)) {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    for (const secret of secrets) expect(command).not.toContain(secret);
  }
});

test("the printed account signs in", async () => {
  const answer = await signIn(line);
  expect(answer.status).toBe(200);
});

test("a check of itself through every agent is shown on standard error, and nothing more on standard output", async () => {
  await expect
    .poll(() => first.said.stderr, { timeout: 10_000 })
    .toMatch(/3 of 3 answered[^]*local-1 +finished[^]*local-3 +finished/);
  expect(first.said.stdout).toBe(`${JSON.stringify(line)}\n`);
});

test("a home in use is refused with the number of its holder", async () => {
  const { code, stdout, stderr } = await start(home("beside")).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`is in use by pid ${beside.child.pid}`);
});

test("after a SIGKILL of the supervisor the next start takes over, with the same address and account", async () => {
  beside.child.kill("SIGKILL");
  await beside.ended;
  expect(everyPid(besideLine).some(isAlive)).toBe(true);
  beside = start(home("beside"), { args: ["--agents", "1"] });
  const next = await beside.line;
  expect(everyPid(besideLine).filter(isAlive)).toEqual([]);
  expect(next).toMatchObject({ url: besideLine.url, email: besideLine.email });
  expect(next.password).toBeUndefined();
  const { password } = besideLine;
  expect((await signIn({ ...next, ...(password && { password }) })).status).toBe(200);
});

test("a start that is killed leaves nothing running for longer than ten seconds, another home all, and the data whole", async () => {
  const ports = portsOf(home("beside"));
  expect(await Promise.all(ports.map(isTaken))).toEqual(ports.map(() => true));
  await killWhole(beside.child);
  expect(await Promise.all(ports.map(isTaken))).toEqual(ports.map(() => false));
  expect((await fetch(`${line.url}/ready`)).status).toBe(200);

  beside = start(home("beside"), { args: ["--agents", "1"] });
  const { url, email } = await beside.line;
  expect(beside.said.stderr).not.toContain("ending what an earlier start left running");
  expect((await signIn({ ...besideLine, url, email })).status).toBe(200);
});

/**
 * RabbitMQ 3.10 may lose a queue that was made a second before it is killed: it is listed and answers
 * nobody. The reconciliation looks each minute, and makes it again at the second look.
 */
const REPAIRED_MS = 200_000;

test("each process that is killed alone comes back, and the way is whole again", async () => {
  for (const pid of everyPid(line)) process.kill(pid, "SIGKILL");
  for (const name of [
    "postgres",
    "redis",
    "sqs",
    "rabbitmq",
    "api",
    "worker",
    "local-1",
    "local-2",
    "local-3",
  ])
    await expect
      .poll(() => first.said.stderr, { timeout: REPAIRED_MS })
      .toContain(`${name} is back`);
  await expect
    .poll(async () => (await fetch(`${line.url}/ready`)).status, { timeout: 10_000 })
    .toBe(200);
}, 300_000);

test("SIGTERM to npm stops everything within ten seconds and leaves the data", async () => {
  const running = everyPid(line);
  const began = performance.now();
  first.child.kill("SIGTERM");
  await first.ended;
  await expect.poll(() => running.filter(isAlive)).toEqual([]);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(existsSync(join(home("first"), "postgres", "data", "PG_VERSION"))).toBe(true);
});

test("killed at several moments of its first boot, it recovers and shows the password it made", async () => {
  for (const afterMs of [400, 700, 1_100, 2_500]) {
    const cut = start(home("cut"), { args: ["--agents", "0"] });
    await sleep(afterMs);
    cut.child.kill("SIGKILL");
    await cut.ended;
  }
  const whole = start(home("cut"), { args: ["--agents", "0"] });
  const made = await whole.line;
  expect((await signIn(made)).status).toBe(200);
  whole.child.kill("SIGINT");
  expect(await whole.ended).toMatchObject({ code: 0 });
  expect(everyPid(made).filter(isAlive)).toEqual([]);
});

test("a port that is taken is one clear message, and nothing is left running", async () => {
  const squatter = createServer();
  await new Promise<void>((done) => squatter.listen(0, "127.0.0.1", done));
  const address = squatter.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const { code, stderr } = await start(home("cut"), { args: ["--port", String(port)] }).ended;
  squatter.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} on 127.0.0.1 is taken by another program`);
});

test.for([
  [["--prot", "1"], 2, "Usage: npm start"],
  [["--home", "/proc/nowhere"], 1, "/proc/nowhere"],
] as const)("%j is refused in one message", async ([args, exitCode, words]) => {
  const { code, stdout, stderr } = await start(home("unused"), { args: [...args] }).ended;
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  expect(stderr).toContain(words);
});

test("half of a broker's settings is refused", async () => {
  const env = { AMQP_URL: "amqp://127.0.0.1:1", AMQP_MANAGEMENT_URL: "" };
  const { code, stderr } = await start(home("given"), { env }).ended;
  expect(code).toBe(1);
  expect(stderr).toContain(
    "AMQP_URL and AMQP_MANAGEMENT_URL name one broker: set both, or neither.",
  );
});

function signIn({ url, email, password }: Line) {
  return fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
}

function portsOf(path: string): number[] {
  const state: { ports: Record<string, number> } = JSON.parse(
    readFileSync(join(path, "state.json"), "utf8"),
  );
  return Object.values(state.ports);
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("connect", () => {
      socket.destroy();
      settle(true);
    });
    socket.on("error", () => settle(false));
  });
}
