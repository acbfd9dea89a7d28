import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { messageOf } from "@netcheck/local/problem";

const run = promisify(execFile);
const PACKAGE = "prometheus-blackbox-exporter";
const CONFIG = `modules:
  http_2xx: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4 } }
  tcp_connect: { prober: tcp, timeout: 5s, tcp: { preferred_ip_protocol: ip4 } }
`;

/**
 * Debian's blackbox_exporter on a port of its own: the installed one, or else the package's file,
 * unpacked into a folder that goes away, so that nothing is installed and no service started.
 */
export async function startBlackbox() {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "netcheck-blackbox-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const program = await find(folder).catch((error: unknown) => ({ absent: messageOf(error) }));
  if (typeof program !== "string") return program;
  const config = join(folder, "blackbox.yml");
  await writeFile(config, CONFIG);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    [`--config.file=${config}`, `--web.listen-address=${address}`, "--log.level=error"],
    { stdio: "ignore" },
  );
  stack.defer(async () => {
    const gone = once(child, "exit");
    if (child.exitCode === null && child.kill()) await gone;
  });
  child.on("error", () => undefined);
  const url = `http://${address}`;
  for (let tries = 0; !(await isUp(url)); tries++) {
    if (tries === 100) return { absent: "it does not start" };
    await sleep(50);
  }
  const owned = stack.move();
  const version = await versionOf(program);
  return { url, version, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function find(folder: string) {
  const installed = `/usr/bin/${PACKAGE}`;
  if (existsSync(installed)) return installed;
  process.stderr.write(`fetching ${PACKAGE} with apt-get to compare with; it is not installed\n`);
  await run("apt-get", ["download", PACKAGE], { cwd: folder, timeout: 60_000 });
  const file = (await readdir(folder)).find((name) => name.endsWith(".deb"));
  if (!file) throw new Error("apt-get downloaded nothing");
  await run("dpkg-deb", ["-x", join(folder, file), folder], { timeout: 60_000 });
  return join(folder, installed);
}

async function versionOf(program: string) {
  const { stdout, stderr } = await run(program, ["--version"], { timeout: 10_000 });
  return /version (\S+)/.exec(stdout + stderr)?.[1] ?? "";
}

async function isUp(url: string) {
  const signal = AbortSignal.timeout(1_000);
  return await fetch(`${url}/-/healthy`, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
