import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import { codeOf, problem } from "./problem.ts";

/** What Netcheck needs of the system's package manager. */
export type SystemPackage = "redis" | "rabbitmq";

const APT = { redis: "redis-server", rabbitmq: "rabbitmq-server" } as const;
const APT_INSTALL = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
const LIMIT_MS = 15 * 60_000;
const POLICY = "/usr/sbin/policy-rc.d";

/**
 * Installs the packages by apt-get as root, or by brew; else throws the one line that says what to install.
 * The services that come with the packages are neither started nor left to start at the next boot.
 */
export async function installPackages(
  missing: readonly SystemPackage[],
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (process.platform === "darwin") return installByBrew(missing, report, signal);
  const packages = missing.map((one) => APT[one]);
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw cannotInstall(packages);
  report(`installing ${packages.join(" and ")} with apt-get (their own services are not started)`);
  const restore = forbidServiceStarts();
  try {
    const install = () => run("apt-get", [...APT_INSTALL, ...packages], signal);
    // An image often comes without package lists, or with old ones.
    let failed = await install();
    if (failed && !signal.aborted)
      failed = (await run("apt-get", ["update", "-q"], signal)) ?? (await install());
    if (failed)
      throw problem(
        `apt-get could not install ${packages.join(" and ")}: ${failed}\n  ${otherWays()}`,
      );
  } finally {
    restore();
  }
  const units = missing.includes("rabbitmq")
    ? [...packages, "epmd.service", "epmd.socket"]
    : packages;
  await run("systemctl", ["disable", ...units], signal);
}

async function installByBrew(
  missing: readonly SystemPackage[],
  report: (line: string) => void,
  signal: AbortSignal,
) {
  report(`installing ${missing.join(" and ")} with brew`);
  const failed = await run("brew", ["install", ...missing], signal);
  if (failed)
    throw problem(`brew could not install ${missing.join(" and ")}: ${failed}\n  ${otherWays()}`);
}

function cannotInstall(packages: readonly string[]): Error {
  const apt = existsSync("/usr/bin/apt-get");
  const how = apt
    ? `sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`
    : "your package manager";
  return problem(`${packages.join(" and ")} must be installed first: ${how}\n  ${otherWays()}`);
}

function otherWays(): string {
  return "Or start services of your own (compose.yaml does) and name them: REDIS_URL, AMQP_URL with AMQP_MANAGEMENT_URL.";
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
