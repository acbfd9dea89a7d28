import { execFile } from "node:child_process";

import { codeOf } from "./text.ts";

/**
 * How a run of ping came to its end. `unstarted`: by the system's code, empty if the check's time
 * was over before; `overdue`: it did not end when it was told to; `killed`: by somebody else.
 */
export type ToolEnd =
  | { exitCode: number }
  | { unstarted: string }
  | { killed: NodeJS.Signals }
  | "overdue"
  | "flooded";

/** What a run of ping said. */
export type ToolOutput = { stdout: string; stderr: string; end: ToolEnd };

/** Far above 16 packets; a tool that says more is cut off. */
const MAX_OUTPUT_BYTES = 64 * 1024;
/** An interrupted ping prints what it has; one that does not is killed. */
const LAST_WORDS_MS = 500;

/** Runs ping without a shell until it ends or `signal` fires; never rejects. */
export function runPing(command: string, argv: readonly string[], signal: AbortSignal) {
  return new Promise<ToolOutput>((resolve) => {
    const unstarted = (code: string) =>
      resolve({ stdout: "", stderr: "", end: { unstarted: code } });
    if (signal.aborted) return unstarted("");
    let killer: NodeJS.Timeout | undefined;
    let isOverdue = false;
    const interrupt = () => {
      child.kill("SIGINT");
      killer = setTimeout(() => {
        isOverdue = true;
        child.kill("SIGKILL");
      }, LAST_WORDS_MS);
    };
    const begin = () =>
      execFile(
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
          resolve({ stdout, stderr, end: isOverdue ? "overdue" : endOf(error) });
        },
      );
    let child: ReturnType<typeof begin>;
    try {
      child = begin();
    } catch (error) {
      // Of what the system refuses, Node throws some and reports the rest.
      return unstarted(codeOf(error) || "?");
    }
    signal.addEventListener("abort", interrupt, { once: true });
  });
}

type RunError = { code?: number | string | null; signal?: NodeJS.Signals | null };

function endOf(error: RunError | null): ToolEnd {
  if (!error) return { exitCode: 0 };
  const { code, signal } = error;
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "flooded";
  if (typeof code === "number") return { exitCode: code };
  return signal ? { killed: signal } : { unstarted: code ?? "?" };
}
