import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";

import * as z from "zod";

import { codeOf, messageOf, problem } from "./problem.ts";

const State = z.object({
  version: z.literal(1),
  id: z.uuid(),
  ports: z.record(z.string(), z.int().min(1).max(65_535)),
  secrets: z.record(z.string(), z.string().min(1)),
});

/** What a home remembers between starts: its own id, the ports it chose and the secrets it made. */
export type State = z.infer<typeof State>;

/** The state in `file`, or undefined when there is none yet. Throws a `problem` when it is not ours or broken. */
export function readState(file: string): State | undefined {
  try {
    return State.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw problem(
      `the home's state file cannot be used: ${file}\n  ${why.replaceAll("\n", "\n  ")}\n` +
        "  Put back a copy of it, or start with another folder (--home DIR). Nothing was changed or deleted.",
      error,
    );
  }
}

/** Replaces the state as a whole: after a crash there is the old one or the new one. Readable by its owner only. */
export function writeState(file: string, state: State): void {
  const next = `${file}.tmp`;
  const fd = openSync(next, "w", 0o600);
  try {
    writeSync(fd, `${JSON.stringify(state, null, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(next, file);
}
