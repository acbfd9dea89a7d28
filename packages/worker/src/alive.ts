import { writeFile } from "node:fs/promises";

import { log } from "@netcheck/kernel/log";

const EVERY_MS = 15_000;

/** Writes the time into a file for as long as this process can do anything at all. */
export function showAlive(file: string) {
  const show = async () => {
    try {
      await writeFile(file, new Date().toISOString());
    } catch (error) {
      log.warn("the file that shows that we live cannot be written", { file, error });
    }
  };
  void show();
  setInterval(() => void show(), EVERY_MS).unref();
}
