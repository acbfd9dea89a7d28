import { fileURLToPath } from "node:url";

import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

import { resultReporter } from "./run/reporter.ts";
import { REPORT } from "./run/result.ts";
import { forgetSettings } from "./support/surroundings.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

// Node itself loads the sources, as it does when they are deployed.
const experimental = { viteModuleRunner: false };

const report = process.env[REPORT];
// Every worker inherits what is left.
forgetSettings(process.env);

type Settings = NonNullable<TestProjectInlineConfiguration["test"]>;

function suite(name: string, settings: Settings): TestProjectInlineConfiguration {
  const include = [`test/${name}/**/*.test.ts`];
  return { root, test: { name, experimental, include, ...settings } };
}

/** What shares the services: two files at a time, the logs quiet, and time for a machine that is busy. */
const onStack: Settings = {
  setupFiles: ["test/support/quiet.ts"],
  globalSetup: "test/support/stack.ts",
  maxWorkers: 2,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** What changes its whole process: the authorities that it trusts. */
const ALONE = ["probe-https", "tls-report"].map((name) => `packages/agent/src/${name}.test.ts`);

/** `unit` needs nothing, `lab` makes networks where it may; the others bring up services and throw them away. */
export default defineConfig({
  root,
  test: {
    experimental,
    reporters: ["default", ...(report === undefined ? [] : [resultReporter(report)])],
    projects: [
      suite("unit", {
        setupFiles: ["test/support/quiet.ts"],
        include: ["packages/**/*.test.ts", "test/*.test.ts", "test/{run,mutation}/*.test.ts"],
        exclude: ["**/node_modules/**", ...ALONE],
        isolate: false,
        maxWorkers: 2,
        testTimeout: 20_000,
      }),
      suite("alone", { include: ALONE, maxWorkers: 2, testTimeout: 20_000 }),
      suite("services", {
        ...onStack,
        include: ["http", "contract", "flow", "newcomer"].map(
          (folder) => `test/${folder}/**/*.test.ts`,
        ),
        isolate: false,
      }),
      suite("browser", onStack),
      // The entry points read the environment as they are imported.
      suite("lambda", {
        ...onStack,
        globalSetup: ["test/support/stack.ts", "test/lambda/setup.ts"],
      }),
      suite("chaos", {
        setupFiles: ["test/support/quiet.ts"],
        fileParallelism: false,
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      suite("infra", { globalSetup: "test/infra/setup.ts", testTimeout: 30_000 }),
      suite("lab", { testTimeout: 20_000, hookTimeout: 30_000 }),
      suite("start", { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 }),
    ],
  },
});
