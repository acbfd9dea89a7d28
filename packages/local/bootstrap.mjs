// Brings node_modules to package-lock.json and checks the pinned Node, then ends.
// Plain JavaScript without dependencies: it is what the system's own Node runs first.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { dirname, join } from "node:path";

import { modules, readJson, root, say } from "./checkout.mjs";
import { hold, release } from "./install-lock.mjs";
import { install } from "./npm-ci.mjs";
import { nodeAdvice, nodeFault, nodeTrace } from "./pinned-node.mjs";

const stampFile = join(modules, ".netcheck-installed.json");

function fail(message) {
  say(`\nNetcheck cannot start: ${message}`);
  process.exit(1);
}

const lockText = (() => {
  try {
    return fs.readFileSync(join(root, "package-lock.json"), "utf8");
  } catch (error) {
    return fail(`package-lock.json cannot be read (${error.code}). Is ${root} a whole checkout?`);
  }
})();
const wanted = createHash("sha256").update(lockText).digest("hex");

function isStamped() {
  const trace = nodeTrace();
  const stamp = readJson(stampFile);
  return trace !== undefined && stamp?.lock === wanted && stamp.node === trace;
}

/** True after somebody's own `npm ci` or `npm install`: npm writes its hidden lock last. */
function isInstalledByHand() {
  const have = readJson(join(modules, ".package-lock.json"))?.packages;
  if (!have) return false;
  return Object.entries(JSON.parse(lockText).packages).every(([path, want]) => {
    if (path === "") return true;
    const found = have[path];
    if (!found) return want.optional === true || want.devOptional === true;
    return found.version === want.version && found.integrity === want.integrity;
  });
}

async function bringUp() {
  if (isInstalledByHand() && nodeFault() === undefined) return undefined;
  const trouble = await install();
  if (trouble) return trouble;
  const fault = nodeFault();
  return fault && nodeAdvice(fault);
}

async function main() {
  if (Number(process.versions.node.split(".")[0]) < 20)
    fail(`Node 20 or newer is needed, this is ${process.version}.`);
  if (process.platform === "win32") fail("Windows is not supported; run it in WSL.");
  if (isStamped() || !(await hold(isStamped))) return;
  let trouble;
  try {
    trouble = isStamped() ? undefined : await bringUp();
    if (!trouble) fs.writeFileSync(stampFile, JSON.stringify({ lock: wanted, node: nodeTrace() }));
  } finally {
    release();
  }
  if (trouble) fail(trouble);
}

try {
  await main();
} catch (error) {
  if (error.code === "ENOSPC") fail(`the disk is full at ${root}. Make room and start again.`);
  if (["EACCES", "EPERM", "EROFS"].includes(error.code))
    fail(
      `this user may not write in ${dirname(error.path ?? root)}. Run as the owner of the checkout.`,
    );
  throw error;
}
