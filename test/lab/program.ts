import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

export type Program = { lines: Interface; write(line: string): void; stop(): Promise<void> };

const READY_MS = 10_000;

/** Starts a source of the lab at a site and waits until its first line, which says `ready`. */
export async function startProgram(
  at: string[],
  file: string,
  ...args: string[]
): Promise<Program> {
  const [command = "", ...argv] = at;
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(command, [...argv, process.execPath, path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close");
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const signal = AbortSignal.timeout(READY_MS);
  const [first] = await Promise.race([once(lines, "line", { signal }), ended]).catch(() => []);
  if (first !== "ready") {
    await stop();
    throw new Error(`${file} did not become ready.`);
  }
  return { lines, write: (line) => void child.stdin.write(`${line}\n`), stop };
}
