import { expect, test } from "vitest";

import { useHome } from "../../../test/support/home.ts";
import type { Program } from "./child.ts";
import { keep } from "./keeper.ts";
import { problem } from "./problem.ts";
import { identify } from "./process-identity.ts";

const home = useHome("keeper");

const shell = (name: string, script: string): Program => ({
  name,
  command: "/bin/sh",
  args: ["-c", script],
  env: {},
  graceMs: 200,
});
/** Kept by a script of its own, which is ready at once and has 5 s for it unless said. */
const keeping = (name: string, script: string, more: Partial<Parameters<typeof keep>[1]> = {}) =>
  keep(name, {
    home: home(),
    report: () => {},
    program: () => shell(name, script),
    isReady: atOnce,
    readyWithinMs: 5_000,
    ...more,
  });
const atOnce = () => Promise.resolve();
const never = (_child: unknown, signal: AbortSignal) =>
  new Promise<void>((_settle, refuse) =>
    signal.addEventListener("abort", () => refuse(new Error("no"))),
  );

test("a program that dies is brought back, and said so", async () => {
  const lines: string[] = [];
  const kept = keeping("sleeper", "exec sleep 60", { report: (line) => lines.push(line) });
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
  const kept = keeping("failing", 'echo "no such thing"; exit 7', { isReady: never });
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
  const isFinal = (code: number | null) => code === 3;
  const kept = keeping("final", "exit 3", { program, isReady: never, isFinal });
  await expect(kept.ready).rejects.toThrow("ended with code 3");
  expect(launches).toBe(1);
});

test("a program that runs and can never be used, such as one with another password, is given up at once", async () => {
  const refuses = () => Promise.reject(problem("it has another password"));
  const kept = keeping("foreign", "exec sleep 60", { isReady: refuses });
  await expect(kept.ready).rejects.toThrow(/^it has another password$/);
  expect(kept.pid()).toBeNull();
});

test("a program that cannot be started says why", async () => {
  const program = () => ({ ...shell("absent", ""), command: "/no/such/program" });
  const kept = keeping("absent", "", { program, isReady: never });
  await expect(kept.ready).rejects.toThrow("/no/such/program: not found");
});

test("a program that ignores its stop signal is killed after its grace", async () => {
  const deaf = 'trap "" TERM; echo deaf; while :; do sleep 0.05; done';
  const kept = keeping("deaf", deaf);
  await kept.ready;
  const pid = kept.pid();
  await kept.stop();
  expect(identify(pid ?? 0)).toBeUndefined();
});

test("a stop before readiness ends the program and refuses the wait", async () => {
  const kept = keeping("slow", "exec sleep 60", { isReady: never, readyWithinMs: 60_000 });
  await expect.poll(() => kept.pid(), { interval: 5 }).not.toBeNull();
  await kept.stop();
  await expect(kept.ready).rejects.toThrow("slow was stopped before it was ready");
});
