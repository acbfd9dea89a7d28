import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { useHome } from "../../../test/support/home.ts";
import { launch, type Child } from "./child.ts";
import { identify } from "./process-identity.ts";

const home = useHome("guardian");

const shell = (name: string, script: string) =>
  launch({ name, command: "/bin/sh", args: ["-c", script], env: {}, graceMs: 300 }, home());
const said = (name: string) => readFileSync(home().file("logs", `${name}.log`), "utf8");
const saying = (name: string, words: string) =>
  expect.poll(() => said(name), { timeout: 5_000, interval: 10 }).toContain(words);
/** What the kernel does to our end when we are killed. */
const dieFor = (child: Child) => child.process.stdin?.destroy();

describe.concurrent("beside each program a guardian", () => {
  test("asks it to stop when its supervisor is gone", async () => {
    const child = shell(
      "willing",
      'trap "echo asked; exit 5" TERM; echo up; while :; do sleep 0.05; done',
    );
    await saying("willing", "up");
    dieFor(child);
    expect(await child.ended).toBe("ended with code 5");
    expect(said("willing")).toContain("asked");
  });

  test("kills one that does not stop within its grace", async () => {
    const child = shell("deaf", 'trap "" TERM; echo up; while :; do sleep 0.05; done');
    await saying("deaf", "up");
    const began = performance.now();
    dieFor(child);
    expect(await child.ended).toBe("was ended by SIGKILL");
    expect(performance.now() - began).toBeGreaterThan(2_000);
  });

  test("lets it finish by itself first", async () => {
    const child = shell("finishing", "sleep 1; exit 6");
    dieFor(child);
    expect(await child.ended).toBe("ended with code 6");
  });

  test("takes what it leaves behind", async ({ expect }) => {
    const child = shell("parent", 'sleep 600 & echo "$!"');
    expect(await child.ended).toBe("ended with code 0");
    const left = Number(said("parent"));
    await expect.poll(() => identify(left), { interval: 10 }).toBeUndefined();
  });

  test("leaves it no trace of itself: an empty standard input, and no other descriptor", async () => {
    const child = shell("reader", "cat; (: <&9) 2>/dev/null || echo alone");
    expect(await child.ended).toBe("ended with code 0");
    expect(said("reader")).toBe("alone\n");
  });
});
