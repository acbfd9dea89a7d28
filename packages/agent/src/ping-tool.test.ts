import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, it } from "vitest";

import { runPing, type ToolEnd } from "./ping-tool.ts";

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
  expect(output).toEqual({ stdout: "", stderr: "", end: { unstarted: "ENOENT" } });
});

it("a tool whose time is over may say what it has", async () => {
  const { say, signal } = readiness("sums");
  const listen = "process.on('SIGINT', () => { console.log('sums'); process.exit() });";
  const { stdout } = await node(`${listen} setInterval(() => 0, 9999); ${say}`, signal);
  expect(stdout).toBe("sums\n");
});

it("a tool that will not end is ended", async () => {
  const { say, signal } = readiness("deaf");
  const { stdout, end } = await node(
    `process.on('SIGINT', () => 0); setInterval(() => 0, 9999); ${say}`,
    signal,
  );
  expect([stdout, end]).toEqual(["", "overdue"]);
});

it("a tool that floods is cut off", async () => {
  const { stdout, end } = await node("process.stdout.write('x'.repeat(10_000_000))");
  expect(stdout.length).toBeLessThanOrEqual(64 * 1024);
  expect(end).toBe("flooded");
});

it("no shell looks at what a tool is given", async () => {
  const script = "console.log(process.argv[1])";
  const argv = ["-e", script, "--", "$(id); `id` && id | id"];
  const { stdout } = await runPing(process.execPath, argv, AbortSignal.timeout(5_000));
  expect(stdout).toBe("$(id); `id` && id | id\n");
});

it.each<[string, ToolEnd]>([
  ["0", { exitCode: 0 }],
  ["process.exit(2)", { exitCode: 2 }],
  ["process.kill(process.pid, 'SIGKILL')", { killed: "SIGKILL" }],
])("[PRB-81] how a tool ended is told: %s", async (script, end) => {
  expect((await node(script)).end).toEqual(end);
});

it("[PRB-81] a tool that the system will not start is told by the system's word", async () => {
  const output = await runPing(folder, ["x"], AbortSignal.timeout(1_000));
  expect(output.end).toEqual({ unstarted: "EACCES" });
  expect((await node("0", AbortSignal.abort())).end).toEqual({ unstarted: "" });
});
