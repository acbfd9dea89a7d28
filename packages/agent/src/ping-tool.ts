import { execFile } from "node:child_process";

/** What a run of ping said; `missing` if there is no such program. */
export type ToolOutput = { stdout: string; stderr: string; missing: boolean };

/** Far above 16 packets; a tool that says more is cut off. */
const MAX_OUTPUT_BYTES = 64 * 1024;
/** An interrupted ping prints what it has; one that does not is killed. */
const LAST_WORDS_MS = 500;

/** Runs ping without a shell until it ends or `signal` fires; never rejects. */
export function runPing(command: string, argv: readonly string[], signal: AbortSignal) {
  return new Promise<ToolOutput>((resolve) => {
    if (signal.aborted) return resolve({ stdout: "", stderr: "", missing: false });
    let killer: NodeJS.Timeout | undefined;
    const child = execFile(
      command,
      [...argv],
      {
        env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" },
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        clearTimeout(killer);
        signal.removeEventListener("abort", interrupt);
        resolve({ stdout, stderr, missing: error?.code === "ENOENT" });
      },
    );
    const interrupt = () => {
      child.kill("SIGINT");
      killer = setTimeout(() => child.kill("SIGKILL"), LAST_WORDS_MS);
    };
    signal.addEventListener("abort", interrupt, { once: true });
  });
}
