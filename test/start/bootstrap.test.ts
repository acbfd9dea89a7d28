import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, expect, test } from "vitest";

// A checkout of the bootstrap alone and an npm that only pretends, so that the bootstrap is judged alone.
let checkout: string;

const LOCK = {
  packages: {
    "": {},
    "node_modules/node": { version: "24.0.0", integrity: "sha512-x" },
    "node_modules/mac-only": { version: "1.0.0", optional: true },
  },
};
const HIDDEN = { packages: { "node_modules/node": LOCK.packages["node_modules/node"] } };

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "netcheck-bootstrap-"));
  mkdirSync(join(checkout, "packages/local"), { recursive: true });
  const local = join(import.meta.dirname, "../../packages/local");
  for (const name of readdirSync(local).filter((file) => file.endsWith(".mjs")))
    copyFileSync(join(local, name), join(checkout, "packages/local", name));
  writeFileSync(join(checkout, "package-lock.json"), JSON.stringify(LOCK));
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

/** What npm does instead of installing, as the body of a CommonJS program in the checkout. */
function npmThat(body: string) {
  const text = `const fs = require("node:fs"); fs.appendFileSync("npm-runs", process.pid + "\\n"); ${body}`;
  writeFileSync(join(checkout, "npm.cjs"), text);
}

const installs = (version = "v24.1.0", mode = "755") =>
  `fs.rmSync("node_modules", { recursive: true, force: true });
   fs.mkdirSync("node_modules/.bin", { recursive: true });
   fs.writeFileSync("node_modules/.bin/node", "#!/bin/sh\\necho ${version}\\n", { mode: 0o${mode} });`;

function bootstrap() {
  const child = spawn(process.execPath, ["packages/local/bootstrap.mjs"], {
    cwd: checkout,
    env: { ...process.env, npm_execpath: join(checkout, "npm.cjs") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (said.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (said.stderr += String(chunk)));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, ...said }));
  return { child, ended, said };
}

const npmRuns = () =>
  readFileSync(join(checkout, "npm-runs"), "utf8").trim().split("\n").map(Number);

async function untilNpmRuns() {
  await expect
    .poll(() => existsSync(join(checkout, "npm-runs")), { timeout: 5_000, interval: 10 })
    .toBe(true);
  return npmRuns()[0] ?? 0;
}

function isAlive(pid: number) {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("it installs once, then has nothing to do, and never writes to standard output", async () => {
  npmThat(installs());
  const first = await bootstrap().ended;
  expect(first).toMatchObject({ code: 0, stdout: "" });
  expect(first.stderr).toMatch(
    /^Installing dependencies.*\nDependencies installed in \d+\.\d s\n$/,
  );
  expect(await bootstrap().ended).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(npmRuns()).toHaveLength(1);
});

test("a changed package-lock.json is installed", async () => {
  npmThat(installs());
  await bootstrap().ended;
  writeFileSync(join(checkout, "package-lock.json"), JSON.stringify({ ...LOCK, changed: true }));
  expect(await bootstrap().ended).toMatchObject({ code: 0 });
  expect(npmRuns()).toHaveLength(2);
});

test("starts at the same time install once, and all go on", async () => {
  npmThat(`setTimeout(() => { ${installs()} }, 500);`);
  const all = await Promise.all([bootstrap().ended, bootstrap().ended, bootstrap().ended]);
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(npmRuns()).toHaveLength(1);
  expect(existsSync(join(checkout, ".install.lock"))).toBe(false);
});

test("what somebody installed by hand is taken as it is", async () => {
  npmThat("process.exit(1)");
  mkdirSync(join(checkout, "node_modules/.bin"), { recursive: true });
  writeFileSync(join(checkout, "node_modules/.bin/node"), "#!/bin/sh\necho v24.9.0\n", {
    mode: 0o755,
  });
  writeFileSync(join(checkout, "node_modules/.package-lock.json"), JSON.stringify(HIDDEN));
  expect(await bootstrap().ended).toEqual({ code: 0, stdout: "", stderr: "" });
});

test.for([
  ["npm error code ENOSPC", "the disk is full"],
  ["npm error code EACCES", "may not write in"],
  ["npm error code ENOTFOUND", "npm's registry could not be reached"],
  ["npm error code EUSAGE", "package.json and package-lock.json do not agree"],
  ["npm error something else", "`npm ci` ended with code 1"],
] as const)(
  "npm's own words %j are shown, and put in one sentence at the end",
  async ([words, sentence]) => {
    npmThat(`process.stderr.write(${JSON.stringify(words)} + "\\n"); process.exitCode = 1;`);
    const { code, stderr } = await bootstrap().ended;
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).toMatch(new RegExp(`Netcheck cannot start: .*${sentence}`));
  },
);

test.for([
  ["is missing", "fs.mkdirSync('node_modules');"],
  ["is v20.1.0, not 24", installs("v20.1.0")],
  ["may not be executed", installs("v24.1.0", "644")],
] as const)("a pinned Node that %s is one clear message, each time", async ([fault, npm]) => {
  npmThat(npm);
  for (const _time of [1, 2]) {
    const { code, stderr } = await bootstrap().ended;
    expect(code).toBe(1);
    expect(stderr).toContain(fault);
    expect(stderr).toContain("preinstall script of the npm package `node`");
    rmSync(join(checkout, "node_modules"), { recursive: true, force: true });
  }
});

test("a Node that was taken away after the installation is brought again", async () => {
  npmThat(installs());
  await bootstrap().ended;
  chmodSync(join(checkout, "node_modules/.bin/node"), 0o644);
  expect(await bootstrap().ended).toMatchObject({ code: 0 });
  expect(statSync(join(checkout, "node_modules/.bin/node")).mode & 0o111).not.toBe(0);
});

test("[LOC-6] when it is stopped it says so at once, and so is npm, however long that takes", async () => {
  npmThat("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);");
  const { child, ended, said } = bootstrap();
  const npm = await untilNpmRuns();
  await sleep(100);
  child.kill("SIGINT");
  await expect.poll(() => said.stderr, { timeout: 2_000, interval: 20 }).toContain("stopping");
  expect(isAlive(npm)).toBe(true);
  expect(await ended).toMatchObject({ code: 130 });
  expect(isAlive(npm)).toBe(false);
});

test("the npm of a killed start is ended before the next one installs", async () => {
  npmThat("setInterval(() => {}, 1000);");
  const { child, ended } = bootstrap();
  const npm = await untilNpmRuns();
  await sleep(50);
  child.kill("SIGKILL");
  await ended;
  npmThat(installs());
  expect(await bootstrap().ended).toMatchObject({ code: 0 });
  expect(isAlive(npm)).toBe(false);
});
