import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";

import { aptInstall } from "../support/apt.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** The last ones keep it from asking its maker for anything, which tests would see. */
const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A Chromium of the system's, installed first where we may; else the reason why there is none, said aloud. */
export async function openChromium() {
  if (!find()) await install();
  const executablePath = find();
  if (executablePath === undefined) {
    const missing = "no Chromium: install the package chromium, or run as root";
    say(`SKIPPED, nobody looks at the pages: ${missing}`);
    return { missing, launch: () => Promise.reject(new Error(missing)) };
  }
  return { missing: undefined, launch: () => chromium.launch({ executablePath, args: ARGS }) };
}

function find() {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find(isProgram);
}

function isProgram(file: string) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function install() {
  if (process.getuid?.() !== 0) return;
  say("installing chromium with apt");
  await aptInstall(["chromium"]).catch((error: unknown) => say(`apt could not: ${String(error)}`));
}

function say(text: string) {
  process.stderr.write(`\n[browser] ${text}\n\n`);
}
