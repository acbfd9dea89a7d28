import { copyFileSync, existsSync, readdirSync, renameSync, statSync, truncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

const MAX_BYTES = 16 * 2 ** 20;
const EVERY_MS = 30_000;

/**
 * Keeps the logs in `folder` bounded: each start begins new files beside the last ones (`.1`), and
 * a file that outgrows 16 MiB is cut. Children append to descriptors, so files are cut in place.
 */
export function boundLogs(folder: string): { stop: () => void } {
  for (const name of logsIn(folder)) renameSync(join(folder, name), join(folder, `${name}.1`));
  const timer = setInterval(() => {
    for (const name of logsIn(folder)) cutIfLarge(join(folder, name));
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** The last lines of a log, for a message about the program that wrote it. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  if (!existsSync(file)) return [];
  const { size } = statSync(file);
  const bytes = Math.min(size, 8_192);
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(bytes), 0, bytes, size - bytes);
    return buffer.toString().trimEnd().split("\n").slice(-count);
  } finally {
    await handle.close();
  }
}

function logsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".log"));
}

function cutIfLarge(file: string): void {
  if (statSync(file).size < MAX_BYTES) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
}
