import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { parseSettings } from "../src/settings-file.ts";

const deploy = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "netcheck-deploy-"));
afterAll(() => rmSync(folder, { recursive: true }));

const unit = readFileSync(join(deploy, "netcheck-agent.service"), "utf8");
const dockerfile = readFileSync(join(deploy, "..", "Dockerfile"), "utf8");

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
if (!hasSystemd)
  process.stderr.write("SKIPPED: there is no systemd-analyze here to verify the agent's unit.\n");

describe("the systemd unit", () => {
  it.skipIf(!hasSystemd)("is one that systemd takes without a word", () => {
    const file = join(folder, "netcheck-agent.service");
    copyFileSync(join(deploy, "netcheck-agent.service"), file);
    const verified = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
    expect(verified.stderr + verified.stdout).toBe("");
    expect(verified.status).toBe(0);
  });

  it("gives the agent no user of its own, no capability and no way to write but its state", () => {
    for (const line of [
      "DynamicUser=yes",
      "CapabilityBoundingSet=",
      "AmbientCapabilities=",
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "StateDirectory=netcheck-agent",
      "RestartPreventExitStatus=2 3",
    ])
      expect(unit.split("\n")).toContain(line);
    // V8 makes code as it runs and would be killed.
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute/m);
  });

  it("and the settings file beside it has every line in the form both readers take", () => {
    const file = join(folder, "agent.env");
    const text = readFileSync(join(deploy, "agent.env"), "utf8").replaceAll(/^#(?=[A-Z_]+=)/gm, "");
    writeFileSync(file, text);
    const given = parseSettings(text, file);
    expect(given).toMatchObject({ url: "https://netcheck.example.com" });
    const read = 'set -a; . "$0"; echo "$NETCHECK_URL"';
    const shell = execFileSync("sh", ["-c", read, file], { encoding: "utf8" });
    expect(shell.trim()).toBe(given.url);
  });
});

describe("the Dockerfile", () => {
  const start = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]";

  it("runs as a number that is not root, without a shell, and keeps only its state", () => {
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(JSON.parse(start)).toMatchObject({ 0: "node" });
    expect(dockerfile).toMatch(/^FROM node:24-slim$/m);
    expect(dockerfile.match(/^(COPY|ADD) .*$/gm)).toHaveLength(1);
  });

  it("starts Node with the flags that the unit does", () => {
    const command = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? "";
    const flags = (text: string) => text.match(/--[a-z-]+(=\d+)?/g);
    expect(flags(start)).toEqual(flags(command));
    expect(flags(start)).toEqual(["--max-semi-space-size=2", "--expose-gc"]);
  });
});
