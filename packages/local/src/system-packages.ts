import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import { codeOf, problem } from "./problem.ts";
import { findProgram } from "./program-path.ts";

/** What Netcheck takes from the system's package manager. */
export type SystemPackage = "redis" | "rabbitmq" | "ping";

const APT = { redis: "redis-server", rabbitmq: "rabbitmq-server", ping: "iputils-ping" } as const;
const APT_INSTALL = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
// What can be done without is not worth minutes of a start without a network.
const BRIEFLY = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"];
const UNITS = {
  redis: ["redis-server"],
  rabbitmq: ["rabbitmq-server", "epmd.service", "epmd.socket"],
  ping: [],
};
const LIMIT_MS = 15 * 60_000;
const POLICY = "/usr/sbin/policy-rc.d";

/**
 * Installs the packages by apt-get as root, or by brew; else throws a `problem` in one line that says what to do.
 * The services that come with the packages are neither started nor left to start at the next boot.
 */
export async function installPackages(
  missing: readonly SystemPackage[],
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (process.platform === "darwin") return installByBrew(missing, report, signal);
  const packages = missing.map((one) => APT[one]);
  if (process.getuid?.() !== 0 || !findProgram("apt-get")) throw cannotInstall(packages);
  const units = missing.flatMap((one) => UNITS[one]);
  const note = units.length > 0 ? " (their own services are not started)" : "";
  report(`installing ${packages.join(" and ")} with apt-get${note}`);
  const restore = units.length > 0 ? forbidServiceStarts() : () => undefined;
  try {
    const patience = units.length > 0 ? [] : BRIEFLY;
    const install = () => run("apt-get", [...APT_INSTALL, ...patience, ...packages], signal);
    // An image often comes without package lists, or with old ones.
    let failed = await install();
    if (failed && !signal.aborted)
      failed = (await run("apt-get", ["update", "-q", ...patience], signal)) ?? (await install());
    if (failed) throw problem(`apt-get could not install ${packages.join(" and ")}: ${failed}`);
  } finally {
    restore();
  }
  if (units.length > 0) await run("systemctl", ["disable", ...units], signal);
}

async function installByBrew(
  missing: readonly SystemPackage[],
  report: (line: string) => void,
  signal: AbortSignal,
) {
  report(`installing ${missing.join(" and ")} with brew`);
  const failed = await run("brew", ["install", ...missing], signal);
  if (failed) throw problem(`brew could not install ${missing.join(" and ")}: ${failed}`);
}

function cannotInstall(packages: readonly string[]): Error {
  const how = findProgram("apt-get")
    ? `: sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`
    : " with your package manager";
  return problem(`${packages.join(" and ")} must be installed first${how}`);
}

/** Debian asks this file before a package starts a service. One that is there already is left as it is. */
function forbidServiceStarts(): () => void {
  if (existsSync(POLICY) && !isOurPolicy()) return () => undefined;
  // Forbids only while this process lives, should it be killed before it can take the file away.
  const script = `#!/bin/sh\n# netcheck\nkill -0 ${process.pid} 2>/dev/null && exit 101\nexit 0\n`;
  writeFileSync(POLICY, script, { mode: 0o755 });
  return () => rmSync(POLICY, { force: true });
}

function isOurPolicy(): boolean {
  return readFileSync(POLICY, "utf8").includes("# netcheck\n");
}

/** Runs a program; answers why it failed, or undefined. Its last words are in the answer. */
function run(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
      signal,
    });
    let said = "";
    const hear = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000));
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) =>
      settle(codeOf(error) === "ENOENT" ? `${command} is not installed` : error.message),
    );
    child.on("close", (code, ended) =>
      settle(
        code === 0
          ? undefined
          : `${ended ?? `code ${code}`}: ${said.trim().split("\n").slice(-3).join(" / ")}`,
      ),
    );
  });
}
