import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, test } from "vitest";

import { killWhole } from "./family.ts";
import { CHECKOUT } from "./running.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "netcheck-killed-"));
  // As root, Postgres runs as another user, who has to pass through.
  chmodSync(folder, 0o711);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a run of the tests that is killed leaves no service of its stack", async () => {
  const script = `
    const { default: setup } = await import("./test/support/stack.ts");
    await setup();
    console.log("up");`;
  const run = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: CHECKOUT,
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(run.stdout, "data");
  await killWhole(run);
});
