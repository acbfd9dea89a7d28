import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

// Node itself loads the sources, as it does when they are deployed.
const experimental = { viteModuleRunner: false };

/** `unit` needs nothing, `lab` makes networks where it may; the others bring up services and throw them away. */
export default defineConfig({
  root,
  test: {
    experimental,
    projects: [
      {
        root,
        test: {
          name: "unit",
          setupFiles: ["test/support/quiet.ts"],
          experimental,
          include: ["packages/**/*.test.ts", "test/*.test.ts"],
        },
      },
      {
        root,
        test: {
          name: "services",
          setupFiles: ["test/support/quiet.ts"],
          experimental,
          include: ["http", "contract", "flow", "newcomer"].map(
            (suite) => `test/${suite}/**/*.test.ts`,
          ),
          globalSetup: "test/support/stack.ts",
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        test: {
          name: "browser",
          setupFiles: ["test/support/quiet.ts"],
          experimental,
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/support/stack.ts",
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        test: {
          name: "lambda",
          setupFiles: ["test/support/quiet.ts"],
          experimental,
          include: ["test/lambda/**/*.test.ts"],
          globalSetup: ["test/support/stack.ts", "test/lambda/setup.ts"],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        test: {
          name: "chaos",
          setupFiles: ["test/support/quiet.ts"],
          experimental,
          include: ["test/chaos/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        test: {
          name: "infra",
          experimental,
          include: ["test/infra/**/*.test.ts"],
          globalSetup: "test/infra/setup.ts",
        },
      },
      {
        root,
        test: {
          name: "lab",
          experimental,
          include: ["test/lab/**/*.test.ts"],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        root,
        test: {
          name: "start",
          experimental,
          include: ["test/start/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
