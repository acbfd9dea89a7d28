import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { OPTIONS, optionNames } from "../src/option.ts";
import { VERSION } from "../src/version.ts";
import { bundleAgent } from "./bundle.ts";

const run = promisify(execFile);

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "netcheck-bundle-"));
  ({ file } = await bundleAgent(join(folder, "one")));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the one file with nothing around it; the Node on the path is this one. */
async function agent(...args: string[]) {
  const node = join(folder, "node");
  await symlink(process.execPath, node).catch(() => undefined);
  const ended = await run(file, args, {
    env: { PATH: `${folder}:/usr/bin:/bin` },
    cwd: folder,
  }).catch((error: { code: number; stdout: string; stderr: string }) => error);
  return { code: "code" in ended ? ended.code : 0, stdout: ended.stdout, stderr: ended.stderr };
}

describe("the agent as one file", () => {
  it("is the same bytes at every build, with its checksum beside it", async () => {
    const second = await bundleAgent(join(folder, "two"));
    const [one, two] = await Promise.all([readFile(file), readFile(second.file)]);
    expect(two.equals(one)).toBe(true);
    expect(createHash("sha256").update(one).digest("hex")).toBe(second.sha256);
    const line = await readFile(`${file}.sha256`, "utf8");
    expect(line).toBe(`${second.sha256}  netcheck-agent.mjs\n`);
  });

  it("holds no path of the machine that built it, and the licences of what is in it", async () => {
    const text = await readFile(file, "utf8");
    for (const path of [process.cwd(), userInfo().homedir + "/", tmpdir() + "/netcheck-bundle"])
      expect(text).not.toContain(path);
    for (const name of ["amqplib", "zod", "ipaddr.js"]) expect(text).toContain(`\n// ${name}\n`);
  });

  it("runs on its own, and may be executed", async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o755);
    expect(await agent("--version")).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
    const { code, stdout } = await agent("--help");
    expect(code).toBe(0);
    for (const name of optionNames) expect(stdout).toContain(OPTIONS[name].env);
  });

  it("ends with 2 and one clear line where it was started wrongly", async () => {
    for (const [args, words] of [
      [["--colour"], "--colour"],
      [[], "NETCHECK_URL"],
      [["--url", "http://n.example.com"], "not encrypted"],
    ] as const) {
      const { code, stdout, stderr } = await agent(...args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(stderr).toContain(words);
    }
  });

  it("tests itself, for people and for programs", async () => {
    const people = await agent("--self-test", "--state", join(folder, "agent.json"));
    expect(people.stdout).toContain("type http   ok");
    const programs = await agent("--self-test", "--json");
    expect(JSON.parse(programs.stdout)).toMatchObject({ version: VERSION });
  });
});
