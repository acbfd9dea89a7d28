import { execFile } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { REPORT } from "../run/result.ts";
import { STACK } from "../support/stack.ts";
import { copyTree } from "../support/tree.ts";

const exec = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const FILES = join(ROOT, "test/fixtures/newcomer");

/** Written by commands, never by hand: `npm install`, `npm run migration`, `npm run generate`. */
const WRITTEN = [
  ...["api", "identity", "agents", "checks"].map((name) => `packages/${name}/openapi.json`),
  "package-lock.json",
  "migrations/0099_newcomer.sql",
  "migrations/meta/0099_snapshot.json",
  "migrations/meta/_journal.json",
  ".env.example",
  "docs/metrics.md",
  "docs/runbook.md",
  "packages/api/contexts.json",
  "packages/kernel/src/scope.ts",
];

let copy = "";
const run = async (command: string, ...args: string[]) => {
  const bin = join(copy, "node_modules/.bin", command);
  const file = command === "node" ? process.execPath : bin;
  // Its own services: those of the run have no table of the newcomer's.
  const { [STACK]: _stack, [REPORT]: _report, ...around } = process.env;
  const env = { ...around, GIT_DIR: join(copy, ".git"), NODE_OPTIONS: "" };
  return await exec(file, args, { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(" ")}\n${error.stdout}\n${error.stderr}`);
    },
  );
};
const git = async (...args: string[]) => (await exec("git", args, { cwd: copy })).stdout;

async function edit(path: string, ...changes: [from: string, to: string][]) {
  let text = await readFile(join(copy, path), "utf8");
  for (const [from, to] of changes) {
    expect(text, path).toContain(from);
    text = text.replace(from, to);
  }
  await writeFile(join(copy, path), text);
}

/** The whole of what is done by hand outside the context's own folder. */
async function moveIn() {
  for await (const path of glob("**/*.txt", { cwd: FILES })) {
    const name = path.replace(".txt", "");
    const own = name.endsWith(".test.ts")
      ? `test/http/${NAMES[name]}`
      : `packages/newcomer/${name}`;
    await mkdir(dirname(join(copy, own)), { recursive: true });
    await cp(join(FILES, path), join(copy, own));
  }
  await edit(
    "packages/api/src/contexts.ts",
    [
      "import { platform }",
      'import { newcomer } from "@netcheck/newcomer/context";\n\nimport { platform }',
    ],
    ["agents, checks]", "agents, checks, newcomer]"],
  );
  await edit("packages/api/package.json", [
    '"@netcheck/kernel": "0.1.0",',
    '"@netcheck/kernel": "0.1.0",\n    "@netcheck/newcomer": "0.1.0",',
  ]);
}

const NAMES: Record<string, string> = {
  "rights.test.ts": "rights-newcomer.test.ts",
  "bells.test.ts": "newcomer.test.ts",
};

describe("a context that moves in", () => {
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "netcheck-newcomer-"));
    await copyTree(copy, "newcomer");
    await git("init", "--quiet");
    await git("add", "--all");
    const somebody = ["-c", "user.name=n", "-c", "user.email=n@example.com"];
    await git(...somebody, "commit", "--quiet", "--message", "before");
    await moveIn();
    const config = "migrations/drizzle.config.ts";
    await run("drizzle-kit", "generate", "--config", config, "--name", "newcomer");
    await run("node", "packages/api/generate/write.ts");
    await run("oxfmt", "packages/api", "packages/newcomer", "test/http");
  }, 180_000);
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it("[KRN-45] touches at most five files outside its folder by hand", async () => {
    const changed = (await git("status", "--porcelain", "--untracked-files=all"))
      .split("\n")
      .filter(Boolean)
      .map((line) => line.slice(3).replace(/migrations\/(meta\/)?\d{4}_/, "migrations/$10099_"))
      .filter(
        (path) => !path.startsWith("packages/newcomer/") && !path.startsWith("node_modules/"),
      );
    expect(changed.filter((path) => !WRITTEN.includes(path)).toSorted()).toEqual([
      "packages/api/package.json",
      "packages/api/src/contexts.ts",
      "test/http/newcomer.test.ts",
      "test/http/rights-newcomer.test.ts",
    ]);
  });

  it("[KRN-45] is type-checked, linted and true", async () => {
    await run("tsc");
    await run("oxlint", "--deny-warnings");
    const config = ["run", "--config", "test/vitest.config.ts", "--project", "unit"];
    const files = ["test/contexts.test.ts", "packages/api/generate", "packages/api/contract"];
    await run("vitest", ...config, ...files);
  }, 240_000);

  it("[KRN-45] answers, tells, hears, measures and forgets, and every caller gets what is theirs", async () => {
    const config = ["run", "--config", "test/vitest.config.ts", "--project", "services"];
    await run("vitest", ...config, "test/http/rights-newcomer", "test/http/newcomer");
  }, 240_000);
});
