import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { bringPing } from "./ping.ts";

// A system of this folder alone: what stands in it is what is installed.
let folder: string;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "netcheck-ping-"));
  lines = [];
  vi.stubEnv("PATH", folder);
  vi.spyOn(process, "platform", "get").mockReturnValue("linux");
  vi.spyOn(process, "getuid").mockReturnValue(0);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const report = (line: string) => void lines.push(line);
const bring = () => bringPing(report, AbortSignal.timeout(10_000));
const install = (name: string, script = "") =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

test("a ping that is there is taken, and nothing is said", async () => {
  install("ping");
  install("apt-get", "exit 1");
  await bring();
  expect(lines).toEqual([]);
});

test("a missing ping is brought by apt-get, with fresh lists where the old ones have none", async () => {
  install("apt-get", `[ "$1" = update ] && exec >"${folder}/ping"; [ -e "${folder}/ping" ]`);
  await bring();
  expect(lines).toEqual(["installing iputils-ping with apt-get"]);
});

test("where ping cannot be had, one line says so and the start goes on", async () => {
  install("apt-get", "echo 'E: no route to the mirror' >&2; exit 100");
  await bring();
  expect(lines.slice(1)).toEqual([
    "agents here cannot do ping checks: apt-get could not install iputils-ping: code 100: E: no route to the mirror",
  ]);
});

test("an ordinary user is told what brings ping", async () => {
  vi.spyOn(process, "getuid").mockReturnValue(1_000);
  install("apt-get");
  await bring();
  rmSync(join(folder, "apt-get"));
  await bring();
  expect(lines).toEqual([
    "agents here cannot do ping checks: iputils-ping must be installed first: sudo apt-get install -y --no-install-recommends iputils-ping",
    "agents here cannot do ping checks: iputils-ping must be installed first with your package manager",
  ]);
});
