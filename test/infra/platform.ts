import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const REQUIRED = ["@pulumi/pulumi", "@pulumi/aws", "@pulumi/docker-build", "@pulumi/random"];

/**
 * Has SST install the components and providers that it pins into `.sst/platform`, once: about a
 * minute and 300 MB from npm's registry. It needs neither an account nor the Pulumi engine for it.
 */
export async function installPlatform() {
  if (await isInstalled()) return;
  process.stderr.write("Installing SST's platform into .sst (once, about a minute)\n");
  const env = {
    ...process.env,
    SST_SKIP_DEPENDENCY_CHECK: "1",
    SST_TELEMETRY_DISABLED: "1",
    NO_BUN: "1",
  };
  const sst = join(root, "node_modules/.bin/sst");
  const options = { cwd: root, env, timeout: 300_000 };
  const { stdout } = await run(sst, ["install", "--stage", "test"], options);
  if (!(await isInstalled())) throw new Error(`SST installed no platform:\n${stdout}`);
}

async function isInstalled() {
  const platform = join(root, ".sst/platform");
  const whole = REQUIRED.every((name) => existsSync(join(platform, "node_modules", name)));
  if (!whole || !existsSync(join(platform, "config.d.ts"))) return false;
  const wanted = await versionIn(join(root, "node_modules/sst/package.json"));
  const marker = await readFile(join(platform, "package.json"), "utf8");
  // The platform names the version of the CLI that wrote it nowhere else.
  return wanted === "4.17.1" && marker.includes('"@pulumi/aws": "7.20.0"');
}

async function versionIn(file: string) {
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
