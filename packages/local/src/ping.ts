import type { Kept } from "./keeper.ts";
import { isProblem } from "./problem.ts";
import { findProgram } from "./program-path.ts";
import { installPackages } from "./system-packages.ts";

/** `bringPing` among what runs here, so that an installation does not outlive a start that fails. */
export function keepPing(report: (line: string) => void): Kept {
  const stopping = new AbortController();
  const ready = bringPing(report, stopping.signal);
  return {
    ready,
    pid: () => null,
    async stop() {
      stopping.abort();
      await ready;
    },
  };
}

/** Brings the agents their `ping`. Where it cannot be had, one line says so, and the start goes on without. */
export async function bringPing(
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  // Agents look for it on their path, and nowhere else.
  if (findProgram("ping")) return;
  try {
    await installPackages(["ping"], report, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!isProblem(error)) throw error;
    report(`agents here cannot do ping checks: ${error.message}`);
  }
}
