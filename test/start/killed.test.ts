import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { identify, isSame } from "@netcheck/local/process-identity";
import { afterAll, beforeAll, expect, test } from "vitest";

import { CHECKOUT, start } from "./running.ts";

// What is killed leaves nothing running for longer than this.
const WITHIN = { timeout: 10_000, interval: 100 };

let folder: string;
const home = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "netcheck-killed-"));
  // As root, Postgres runs as another user, who has to pass through.
  chmodSync(folder, 0o711);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a start that is killed leaves nothing running for longer than ten seconds, another home all, and the data whole", async () => {
  const [killed, beside] = [
    start(home("killed")),
    start(home("beside"), { args: ["--agents", "1"] }),
  ];
  const [line, besideLine] = await Promise.all([killed.line, beside.line]);
  const ports = portsOf(home("killed"));
  expect(await Promise.all(ports.map(isTaken))).toEqual(ports.map(() => true));
  await kill(killed.child);
  expect(await Promise.all(ports.map(isTaken))).toEqual(ports.map(() => false));

  expect((await fetch(`${besideLine.url}/ready`)).status).toBe(200);
  beside.child.kill("SIGTERM");
  await beside.ended;

  const next = start(home("killed"));
  const { email, url } = await next.line;
  expect(next.said.stderr).not.toContain("ending what an earlier start left running");
  expect((await signIn({ url, email, password: line.password })).status).toBe(200);
  next.child.kill("SIGTERM");
  await next.ended;
});

test("a run of the tests that is killed leaves no service of its stack", async () => {
  const script = `
    const { default: setup } = await import("./test/support/stack.ts");
    await setup();
    console.log("up");`;
  const run = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: CHECKOUT,
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(run.stdout, "data");
  await kill(run);
});

/** Kills it, and waits for all that it had started to end. */
async function kill(child: ChildProcess) {
  const family = descendants(child.pid ?? 0).flatMap((pid) => identify(pid) ?? []);
  expect(family.length).toBeGreaterThan(8);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  await expect.poll(() => family.filter(isSame), WITHIN).toEqual([]);
}

/** The numbers of a process' children, and of theirs. */
function descendants(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(name) }));
  const under = (of: number): number[] =>
    parents.filter(({ parent }) => parent === of).flatMap((one) => [one.pid, ...under(one.pid)]);
  return under(pid);
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // Gone since the listing.
    return 0;
  }
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

function signIn(account: { url: string; email: string; password: string | undefined }) {
  const { url, email, password } = account;
  return fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
}
