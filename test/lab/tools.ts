import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { aptInstall } from "../support/apt.ts";

const run = promisify(execFile);

const PACKAGES = {
  ip: "iproute2",
  nft: "nftables",
  ping: "iputils-ping",
  curl: "curl",
} as const;
type Command = keyof typeof PACKAGES;

const LIMIT_MS = 10_000;

/** Runs a tool of the system to its end. */
export async function tool(command: string, ...argv: string[]) {
  const { stdout } = await run(command, argv, { timeout: LIMIT_MS });
  return stdout;
}

function say(text: string) {
  process.stderr.write(`\n[lab] ${text}\n\n`);
}

/** Why this host can have no lab, after trying to make it able; undefined if it can. */
export async function whyNoLab(): Promise<string | undefined> {
  if (process.platform !== "linux") return refuse("network namespaces are Linux's");
  if (process.getuid?.() !== 0) return refuse("network namespaces need root");
  const without = await whyWithout("ip", "nft", "ping");
  if (without !== undefined) return without;
  const trial = `nclab-${process.pid}-trial`;
  try {
    await tool("ip", "netns", "add", trial);
    await tool("ip", "netns", "exec", trial, "nft", "add", "table", "inet", "trial");
    return undefined;
  } catch (error) {
    return refuse(`namespaces may not be made here: ${String(error)}`);
  } finally {
    await tool("ip", "netns", "del", trial).catch(() => undefined);
  }
}

/** Why these tools are not here, after trying to install them; undefined if they are. */
export async function whyWithout(...commands: Command[]): Promise<string | undefined> {
  const missing = await missingPackages(commands);
  if (missing.length > 0) await install(missing);
  const left = await missingPackages(commands);
  return left.length > 0 ? refuse(`not installed: ${left.join(", ")}`) : undefined;
}

function refuse(reason: string) {
  say(`SKIPPED, the checks are not held against a network: ${reason}`);
  return reason;
}

async function missingPackages(commands: readonly Command[]) {
  const found = await Promise.all(
    commands.map(async (command) => {
      const there = await tool("sh", "-c", `command -v ${command}`).catch(() => "");
      return there ? [] : [PACKAGES[command]];
    }),
  );
  return found.flat();
}

async function install(packages: string[]) {
  say(`installing ${packages.join(", ")} with apt`);
  await aptInstall(packages).catch((error: unknown) => say(`apt could not: ${String(error)}`));
}
