// Where the checkout is, and the little that every part of the bootstrap needs.
import * as fs from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const modules = join(root, "node_modules");

export const say = (line) => process.stderr.write(`${line}\n`);
export const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
