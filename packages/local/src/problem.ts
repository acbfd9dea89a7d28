/** An error whose message is for the person at the terminal: what is wrong and what to do. */
export function problem(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name: "Problem" });
}

/** Tells a `problem` from a bug. */
export function isProblem(error: unknown): error is Error {
  return error instanceof Error && error.name === "Problem";
}

/** The code of a system error (`ENOENT`, `EADDRINUSE`, …), if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
