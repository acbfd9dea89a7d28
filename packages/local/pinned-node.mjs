// The Node of package-lock.json, and the one that npm itself is run by.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";

import { modules, root } from "./checkout.mjs";

const NODE_MAJOR = 24;
const pinnedNode = join(modules, ".bin", "node");

/** Size and time of the binary, so that it need not be run at every start. */
export function nodeTrace() {
  try {
    fs.accessSync(pinnedNode, fs.constants.X_OK);
    const { size, mtimeMs } = fs.statSync(pinnedNode);
    return `${size}:${mtimeMs}`;
  } catch {
    return undefined;
  }
}

/** Why the pinned Node cannot be used, or undefined. */
export function nodeFault() {
  const ran = spawnSync(pinnedNode, ["--version"], { encoding: "utf8", timeout: 10_000 });
  if (ran.error?.code === "ENOENT") return "is missing";
  if (ran.error?.code === "EACCES") return "may not be executed (is the disk mounted noexec?)";
  if (ran.error) return `does not run (${ran.error.message})`;
  if (ran.status !== 0) return `does not run here: ${(ran.stderr || String(ran.signal)).trim()}`;
  const version = ran.stdout.trim();
  return version.startsWith(`v${NODE_MAJOR}.`) ? undefined : `is ${version}, not ${NODE_MAJOR}`;
}

export function nodeAdvice(fault) {
  const asked = spawnSync("npm", ["config", "get", "ignore-scripts"], {
    encoding: "utf8",
    timeout: 10_000,
    cwd: root,
  });
  const ignored = asked.stdout?.trim() === "true";
  return [
    `the pinned Node ${NODE_MAJOR} (${pinnedNode}) ${fault}.`,
    "It comes by the preinstall script of the npm package `node`.",
    ignored
      ? "npm is set to ignore scripts: run `npm ci --ignore-scripts=false` once, then start again."
      : `If it keeps failing on this platform (${process.platform}-${process.arch}), install Node ${NODE_MAJOR} ` +
        `yourself, link it there: \`mkdir -p ${dirname(pinnedNode)} && ln -sf "$(command -v node)" ${pinnedNode}\`, and start again.`,
  ].join("\n  ");
}

/** The system's Node, not the one inside the node_modules that npm is about to empty. */
export function outsideNode() {
  if (!fs.realpathSync(process.execPath).startsWith(modules + sep)) return process.execPath;
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .find((file) => fs.existsSync(file) && !fs.realpathSync(file).startsWith(modules + sep));
  return found ?? process.execPath;
}
