import { execFile } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const lint = join(import.meta.dirname, "../node_modules/.bin/oxlint");

async function texts(...patterns: string[]) {
  const found: string[] = [];
  for await (const path of glob(patterns, { exclude: ["**/node_modules/**"] })) {
    found.push(await readFile(path, "utf8"));
  }
  return found.join("\n");
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("rules and tests", async () => {
  const ids = (text: string, pattern: RegExp) => new Set(text.match(pattern) ?? []);
  const written = ids(await texts("packages/*/RULES.md"), /\[[A-Z]{3}-\d+\]/g);
  const tested = ids(
    await texts("packages/**/*.test.ts", "test/**/*.test.ts"),
    /\[[A-Z]{3}-\d+\](?=[^\n]*["`])/g,
  );

  it("every rule is held by a test", () => {
    expect(written.size).toBeGreaterThan(20);
    expect([...written].filter((id) => !tested.has(id))).toEqual([]);
  });

  it("every behaviour of people, agents, checks and operations has a rule and a test", async () => {
    const numbers = [...range(1, 8), ...range(10, 19), ...range(20, 31), ...range(40, 43)];
    const behaviours = numbers.map((n) => `NC-B-${String(n).padStart(2, "0")}`);
    const rules = await texts("packages/*/RULES.md");
    const tests = await texts("packages/**/*.test.ts", "test/**/*.test.ts");
    expect(behaviours.filter((id) => !rules.includes(id))).toEqual([]);
    expect(behaviours.filter((id) => !tests.includes(id))).toEqual([]);
  });

  it("every test names a rule that is written", () => {
    expect([...tested].filter((id) => !written.has(id))).toEqual([]);
  });
});

describe("contracts", () => {
  it("are imported by one another and by the build of openapi.json, and weigh nothing at run time", async () => {
    const importing: string[] = [];
    for await (const path of glob("packages/*/src/**/*.ts")) {
      if (/\.(contract|test)\.ts$/.test(path)) continue;
      const source = await readFile(path, "utf8");
      if (/from "[^"]*\.contract(\.ts)?"/.test(source)) importing.push(path);
    }
    expect(importing).toEqual([]);
  });
});

/** A verb that answers this after its guard. */
const beyond = (guard: string, answer: string) =>
  `export function c(ctx: Ctx) {\n  const acting = ${guard};\n  return ${answer};\n}`;

/** Each is bad in one way; a fence that lets it pass has a hole. */
const CANARIES: [path: string, source: string, rule: string][] = [
  ["kernel/src/c.ts", 'import "@netcheck/checks/check";', "no-restricted-imports"],
  ["kernel/src/c.ts", 'import "@netcheck/wire/message";', "no-restricted-imports"],
  ["wire/src/c.ts", 'import "@netcheck/kernel/id";', "no-restricted-imports"],
  ["wire/src/c.ts", 'import "hono";', "no-restricted-imports"],
  ["adapters/src/c.ts", 'import "@netcheck/agents/agent";', "no-restricted-imports"],
  ["checks/src/c.ts", 'import "@netcheck/agents/agent";', "no-restricted-imports"],
  ["checks/src/c.ts", 'import "@netcheck/identity/session";', "no-restricted-imports"],
  ["checks/src/c.ts", 'import "@netcheck/adapters/sqs";', "no-restricted-imports"],
  ["checks/src/c.ts", 'import "hono";', "no-restricted-imports"],
  ["checks/src/c.ts", 'import "@aws-sdk/client-sqs";', "no-restricted-imports"],
  ["checks/src/c.routes.ts", 'import "amqplib";', "no-restricted-imports"],
  ["agents/src/c.ts", 'import "@netcheck/checks/check";', "no-restricted-imports"],
  ["agents/src/c.ts", "export const c = process.env;", "no-process-env"],
  ["newcomer/src/c.ts", 'import "@netcheck/checks/check";', "no-restricted-imports"],
  ["newcomer/src/c.ts", 'import "@netcheck/adapters/sqs";', "no-restricted-imports"],
  ["newcomer/src/c.ts", 'import "hono";', "no-restricted-imports"],
  ["newcomer/src/c.routes.ts", 'import "amqplib";', "no-restricted-imports"],
  ["newcomer/src/c.ts", "export const c = process.env;", "no-process-env"],
  ["identity/src/c.ts", 'import "@netcheck/agents/agent";', "no-restricted-imports"],
  ["worker/src/c.ts", 'import "@netcheck/checks/check";', "no-restricted-imports"],
  ["agent/src/c.ts", 'import "@netcheck/kernel/log";', "no-restricted-imports"],
  ["api/src/c.ts", 'import "@netcheck/local/platform";', "no-restricted-imports"],
  ["api/src/c.ts", 'import "@netcheck/client/client";', "no-restricted-imports"],
  ["client/src/c.ts", 'import "@netcheck/kernel/id";', "no-restricted-imports"],
  ["client/src/c.ts", 'import "node:fs";', "no-restricted-imports"],
  [
    "client/src/c.ts",
    'import { createApp } from "@netcheck/api/app";\nexport const c = createApp;',
    "no-restricted-imports",
  ],
  ["cli/src/c.ts", 'import "@netcheck/api/app";', "no-restricted-imports"],
  ["console/src/c.ts", 'import "@netcheck/checks/check";', "no-restricted-imports"],
  ["api/src/c.ts", "export const c = (x: any) => x;", "no-explicit-any"],
  ["api/src/c.ts", "export const c = (x?: string) => x!.length;", "no-non-null-assertion"],
  ["api/src/c.ts", "console.log(1);", "no-console"],
  ["api/src/c.ts", "export default 1;", "no-default-export"],
  ["checks/src/c.ts", 'import "@netcheck/identity/audit";', "no-restricted-imports"],
  ["checks/src/c.ts", "export const c = (ctx: ChecksCtx) => ctx.db.select();", "guard-first"],
  ["checks/src/c.ts", "export function c({ db }: Ctx) {\n  db.select();\n}", "guard-first"],
  ["rooms/src/c.ts", "export const c = (ctx: Ctx) => {\n  const { db } = ctx;\n};", "guard-first"],
  ["rooms/src/c.ts", "export const c = (ctx: Ctx & Own) => ctx.db.select();", "guard-first"],
  ["agents/src/c.ts", 'requireScope(ctx, "agents:write");', "guard-kept"],
  ["agents/src/c.ts", "await requireStarter(c.var.ctx);", "guard-kept"],
  ["agents/src/c.ts", beyond('requireScope(ctx, "agents:write")', "tell(ctx)"), "guard-kept"],
  ["agents/src/c.ts", beyond("requireStarter(ctx)", "() => ctx.now()"), "guard-kept"],
  ["identity/src/c.ts", beyond("asStranger(ctx)", "{ ...ctx, acting }"), "guard-kept"],
  ["agents/src/c.ts", "export const c = ctx as Acting<AgentsCtx>;", "no-forgery"],
  ["api/src/c.ts", "export const c = ctx.db as unknown as Db;", "no-forgery"],
  ["checks/src/c.ts", 'export const c = "agents:beats" as RedisKey;', "no-forgery"],
  ["checks/src/c.ts", 'import { actAs } from "@netcheck/kernel/guard";', "who-proves"],
  ["identity/src/c.ts", 'import { asStranger as s } from "@netcheck/kernel/guard";', "who-proves"],
  ["checks/src/c.ts", 'import { poolOf } from "@netcheck/kernel/guard";', "who-has-the-pool"],
  ["kernel/src/c.ts", 'import * as guard from "./guard.ts";', "who-has-the-pool"],
];

const WELCOME: [path: string, source: string][] = [
  ["checks/src/c.ts", 'import "@netcheck/kernel/id";\nimport "@netcheck/agents/events";'],
  ["checks/src/c.routes.ts", 'import "hono";'],
  ["worker/src/c.ts", 'import "@netcheck/checks/events";'],
  ["agent/src/c.ts", 'import "@netcheck/wire/message";\nimport "amqplib";'],
  ["client/src/c.ts", 'import type { App } from "@netcheck/api/app";\nexport type C = App;'],
  ["cli/src/c.ts", 'import "@netcheck/client/client";\nimport "@netcheck/wire/message";'],
  [
    "checks/src/c.ts",
    'export function c(ctx: ChecksCtx) {\n  const { db } = requireScope(ctx, "checks:read");\n  db.select();\n}',
  ],
  ["checks/src/c.ts", beyond('requireScope(ctx, "checks:read")', "actAs(ctx, acting.actor)")],
  ["checks/src/c.ts", 'export const c = ({ db }: Pick<Ctx, "db">) => db.select();'],
  ["identity/src/session.ts", 'import { actAs } from "@netcheck/kernel/guard";'],
];

describe("fences", () => {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "netcheck-canaries-"));
    await cp(".oxlintrc.json", join(root, ".oxlintrc.json"));
  });
  afterAll(() => rm(root, { recursive: true }));

  async function complaints(name: string, path: string, source: string) {
    const home = join(root, name);
    const file = join(home, "packages", path);
    await mkdir(dirname(file), { recursive: true });
    await cp(join(root, ".oxlintrc.json"), join(home, ".oxlintrc.json"));
    await cp("packages/kernel/lint", join(home, "packages/kernel/lint"), { recursive: true });
    await writeFile(file, source);
    const linted = await run(lint, [], { cwd: home }).catch((error: { stdout: string }) => error);
    return linted.stdout;
  }

  it.each(CANARIES.map((canary, i) => [i, ...canary] as const))(
    "[KRN-44] canary %i in %s: %s",
    async (i, path, source, rule) => {
      expect(await complaints(`bad-${i}`, path, source)).toContain(rule);
    },
  );

  it.each(WELCOME.map((good, i) => [i, ...good] as const))(
    "no complaint %i in %s",
    async (i, path, source) => {
      expect(await complaints(`good-${i}`, path, source)).not.toMatch(/no-restricted|netcheck\(/);
    },
  );
});
