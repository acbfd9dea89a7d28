import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Installs packages as root, after whoever else of this run does so; throws where apt cannot. */
export async function aptInstall(packages: readonly string[]) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const lock = join(tmpdir(), "netcheck-apt.lock");
  const apt = (...argv: string[]) =>
    run("flock", [lock, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", ...argv], {
      env,
      timeout: 600_000,
    });
  await apt("update");
  await apt("install", "-y", "--no-install-recommends", ...packages);
}
