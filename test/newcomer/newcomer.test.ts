import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { REPORT } from "../run/result.ts";
import { OWN_TEMPLATE } from "../support/database.ts";
import { STACK } from "../support/stack.ts";
import { copyTree } from "../support/tree.ts";
import { moveInto } from "./move.ts";
import { CHECK_TYPE, CONTEXT, MESSAGE, ROUTE } from "./moves.ts";

const exec = promisify(execFile);

/** What says something of all contexts, types and messages there are, and what shows that the new ones live. */
const TESTS = [
  "test/contexts",
  "test/settings",
  "test/env-example",
  "packages/api/generate",
  "packages/api/contract",
  "packages/newcomer",
  "packages/wire/src/message",
  "packages/worker/src/route",
  "packages/worker/src/standing",
  "packages/worker/src/metrics-page",
  "packages/adapters/src/rabbit-topology",
  "packages/checks/src/check-types",
  "packages/agent/src/request",
  "packages/agent/src/self-test",
  "packages/agent/src/probe-ping",
  "test/http/newcomer",
  "test/http/rights-newcomer",
  "test/http/rights-checks",
  "test/http/echo",
  "test/flow/farewell",
];

let copy = "";
const run = async (command: string, ...args: string[]) => {
  const bin = join(copy, "node_modules/.bin", command);
  const file = command === "node" ? process.execPath : bin;
  const { [REPORT]: _report, ...around } = process.env;
  const env = { ...around, ...OF_ITS_OWN, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: "" };
  const options = { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 };
  const ended = exec(file, args, options).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${command} ${args.join(" ")}\n${error.stdout}\n${error.stderr}`);
  });
  return (await ended).stdout;
};

describe("what moves in", () => {
  const touched = { context: [""], route: [""], checkType: [""], message: [""] };

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "netcheck-newcomer-"));
    await copyTree(copy, "newcomer");
    touched.context = await moveInto(copy, CONTEXT);
    touched.route = await moveInto(copy, ROUTE);
    touched.checkType = await moveInto(copy, CHECK_TYPE);
    touched.message = await moveInto(copy, MESSAGE);
    const config = "migrations/drizzle.config.ts";
    await Promise.all([
      run("drizzle-kit", "generate", "--config", config, "--name", "newcomer"),
      run("node", "packages/api/generate/write.ts"),
    ]);
  }, 180_000);
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it("[KRN-45] a context touches at most five files outside its folder by hand", () => {
    const outside = touched.context.filter((path) => !path.startsWith("packages/newcomer/"));
    expect(outside).toEqual([
      "packages/api/package.json",
      "packages/api/src/contexts.ts",
      "test/http/newcomer.test.ts",
      "test/http/rights-newcomer.test.ts",
    ]);
  });

  it("[KRN-46] a route touches four files by hand: verb, routes, contract, rights", () => {
    expect(touched.route).toEqual([
      "packages/checks/src/check.contract.ts",
      "packages/checks/src/check.routes.ts",
      "packages/checks/src/check.ts",
      "test/http/rights-checks.test.ts",
    ]);
  });

  it("[KRN-46] a type of check touches six files by hand, beside its tests", () => {
    expect(touched.checkType.filter(isNoTest)).toEqual([
      "packages/agent/src/probe-echo.ts",
      "packages/agent/src/probes.ts",
      "packages/checks/src/check-types.ts",
      "packages/checks/src/echo-check.contract.ts",
      "packages/checks/src/echo-check.ts",
      "packages/wire/src/options.ts",
    ]);
  });

  it("[KRN-46] a message of the agents touches five files by hand, beside its tests", () => {
    expect(touched.message.filter(isNoTest)).toEqual([
      "packages/agent/src/agent.ts",
      "packages/agent/src/farewell.ts",
      "packages/agents/src/context.ts",
      "packages/agents/src/farewell.consumer.ts",
      "packages/wire/src/kind.ts",
    ]);
  });

  it.concurrent("[KRN-45] [KRN-46] is type-checked and linted", async () => {
    await run("oxlint", "--deny-warnings");
    await run("tsc");
  }, 240_000);

  it.concurrent("[KRN-45] [KRN-46] lives: it answers, tells, hears, measures and forgets, and nothing else fails", async () => {
    const projects = ["--project", "unit", "--project", "services"];
    const config = ["run", "--config", "test/vitest.config.ts", ...projects];
    const told = await run("vitest", ...config, ...TESTS);
    for (const file of TESTS) expect(told).toContain(file);
  }, 240_000);
});

/** The run's services, but with tables that only this tree has, and Redis databases that nobody else uses. */
const OF_ITS_OWN = {
  [OWN_TEMPLATE]: `newcomer_${randomBytes(6).toString("hex")}`,
  [STACK]: JSON.stringify({
    ...Object.fromEntries(
      ["DATABASE_URL", "SQS_ENDPOINT", "AMQP_URL", "AMQP_MANAGEMENT_URL", "AGENT_AMQP_URL"].map(
        (name) => [name, process.env[name]],
      ),
    ),
    REDIS_URL: new URL("/8", process.env["REDIS_URL"]).href,
  }),
};

function isNoTest(path: string) {
  return !path.startsWith("test/");
}
