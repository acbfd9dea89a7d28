import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Program } from "./child.ts";
import { openHome, type Home } from "./home.ts";
import { keep } from "./keeper.ts";
import { problem } from "./problem.ts";
import { identify } from "./process-identity.ts";

let home: Home;

beforeAll(async () => {
  home = await openHome(mkdtempSync(join(tmpdir(), "netcheck-keeper-")));
  for (const name of ["logs", "children"]) home.folder(name);
});
afterAll(() => {
  home.close();
  rmSync(home.path, { recursive: true, force: true });
});

const shell = (name: string, script: string): Program => ({
  name,
  command: "/bin/sh",
  args: ["-c", script],
  env: {},
  graceMs: 200,
});
const atOnce = () => Promise.resolve();
const never = (_child: unknown, signal: AbortSignal) =>
  new Promise<void>((_settle, refuse) =>
    signal.addEventListener("abort", () => refuse(new Error("no"))),
  );

test("a program that dies is brought back, and said so", async () => {
  const lines: string[] = [];
  const kept = keep("sleeper", {
    home,
    report: (line) => lines.push(line),
    program: () => shell("sleeper", "exec sleep 60"),
    isReady: atOnce,
    readyWithinMs: 5_000,
  });
  await kept.ready;
  const first = kept.pid();
  if (first === null) throw new Error("it has no process");
  process.kill(first, "SIGKILL");
  await expect.poll(() => lines.at(-1), { interval: 10 }).toBe("sleeper is back");
  expect(lines[0]).toBe("sleeper was ended by SIGKILL; starting it again in 0.2 s");
  const second = kept.pid();
  expect(second).not.toBe(first);
  await kept.stop();
  expect(identify(second ?? 0)).toBeUndefined();
});

test("a program that never gets ready is given up after three attempts, with the end of its log", async () => {
  const script = 'echo "no such thing"; exit 7';
  const kept = keep("failing", {
    home,
    report: () => {},
    program: () => shell("failing", script),
    isReady: never,
    readyWithinMs: 5_000,
  });
  await expect(kept.ready).rejects.toThrow(
    /failing does not run: it ended with code 7\. .*\n\s+no such thing/,
  );
  await kept.stop();
});

test("a program whose exit code is final is not started again", async () => {
  let launches = 0;
  const program = () => {
    launches += 1;
    return shell("final", "exit 3");
  };
  const kept = keep("final", {
    home,
    report: () => {},
    program,
    isReady: never,
    readyWithinMs: 5_000,
    isFinal: (code) => code === 3,
  });
  await expect(kept.ready).rejects.toThrow("ended with code 3");
  expect(launches).toBe(1);
});

test("a program that runs and can never be used, such as one with another password, is given up at once", async () => {
  const refuses = () => Promise.reject(problem("it has another password"));
  const kept = keep("foreign", {
    home,
    report: () => {},
    program: () => shell("foreign", "exec sleep 60"),
    isReady: refuses,
    readyWithinMs: 5_000,
  });
  await expect(kept.ready).rejects.toThrow(/^it has another password$/);
  expect(kept.pid()).toBeNull();
});

test("a program that cannot be started says why", async () => {
  const program = () => ({ ...shell("absent", ""), command: "/no/such/program" });
  const kept = keep("absent", {
    home,
    report: () => {},
    program,
    isReady: never,
    readyWithinMs: 5_000,
  });
  await expect(kept.ready).rejects.toThrow("/no/such/program: not found");
});

test("a program that ignores its stop signal is killed after its grace", async () => {
  const deaf = 'trap "" TERM; echo deaf; while :; do sleep 0.05; done';
  const kept = keep("deaf", {
    home,
    report: () => {},
    program: () => shell("deaf", deaf),
    isReady: atOnce,
    readyWithinMs: 5_000,
  });
  await kept.ready;
  const pid = kept.pid();
  await kept.stop();
  expect(identify(pid ?? 0)).toBeUndefined();
});

test("a stop before readiness ends the program and refuses the wait", async () => {
  const kept = keep("slow", {
    home,
    report: () => {},
    program: () => shell("slow", "exec sleep 60"),
    isReady: never,
    readyWithinMs: 60_000,
  });
  await expect.poll(() => kept.pid(), { interval: 5 }).not.toBeNull();
  await kept.stop();
  await expect(kept.ready).rejects.toThrow("slow was stopped before it was ready");
});
