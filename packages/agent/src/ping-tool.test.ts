import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, it } from "vitest";

import { runPing } from "./ping-tool.ts";

const folder = mkdtempSync(join(tmpdir(), "netcheck-tool-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a script does when it is ready to be interrupted, and a signal that fires then. */
function readiness(name: string) {
  const path = join(folder, name);
  const over = new AbortController();
  const looking = setInterval(() => {
    if (!existsSync(path)) return;
    clearInterval(looking);
    over.abort();
  }, 20);
  const say = `require("node:fs").mkdirSync(${JSON.stringify(path)});`;
  return { say, signal: over.signal };
}

const node = (script: string, signal = AbortSignal.timeout(5_000)) =>
  runPing(process.execPath, ["-e", script], signal);

it("a tool runs in the language that its output is read in", async () => {
  const { stdout } = await node("console.log(process.env.LC_ALL, Object.keys(process.env).length)");
  expect(stdout).toMatch(/^C 2\n/);
});

it("a tool that is not there is told apart", async () => {
  const output = await runPing("no-such-ping", ["x"], AbortSignal.timeout(1_000));
  expect(output).toEqual({ stdout: "", stderr: "", missing: true });
});

it("a tool whose time is over may say what it has", async () => {
  const { say, signal } = readiness("sums");
  const listen = "process.on('SIGINT', () => { console.log('sums'); process.exit() });";
  const { stdout } = await node(`${listen} setInterval(() => 0, 9999); ${say}`, signal);
  expect(stdout).toBe("sums\n");
});

it("a tool that will not end is ended", async () => {
  const { say, signal } = readiness("deaf");
  const { stdout } = await node(
    `process.on('SIGINT', () => 0); setInterval(() => 0, 9999); ${say}`,
    signal,
  );
  expect(stdout).toBe("");
});

it("a tool that floods is cut off", async () => {
  const { stdout } = await node("process.stdout.write('x'.repeat(10_000_000))");
  expect(stdout.length).toBeLessThanOrEqual(64 * 1024);
});

it("no shell looks at what a tool is given", async () => {
  const script = "console.log(process.argv[1])";
  const argv = ["-e", script, "--", "$(id); `id` && id | id"];
  const { stdout } = await runPing(process.execPath, argv, AbortSignal.timeout(5_000));
  expect(stdout).toBe("$(id); `id` && id | id\n");
});
