// One install at a time in a checkout, also after a start was killed in the middle of one.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";

import { readJson, root, say, sleep } from "./checkout.mjs";

const holdFile = join(root, ".install.lock");

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

/** A signal to a process and all it started; none to one that is gone. */
export function signalGroup(pid, signal) {
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

/** Waits for whoever installs at the moment; false when that made this start's own install needless. */
export async function hold(isDone) {
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
    if (isDone()) return false;
  }
  return true;
}

/** Names the npm that this start runs, so that the next one can end it if this one is killed. */
export function nameNpm(pid) {
  const holder = { ...identity(process.pid), npm: identity(pid) };
  fs.writeFileSync(holdFile, JSON.stringify(holder));
}

export function release() {
  fs.rmSync(holdFile, { force: true });
}
