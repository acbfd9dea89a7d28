/** 2: started wrongly. 3: the platform no longer knows this agent. */
export type ExitCode = 1 | 2 | 3;

export type Exit = Error & { exitCode: ExitCode };

/** An error that ends the program: its message is for the person who started it. */
export function exitError(exitCode: ExitCode, message: string, cause?: unknown): Exit {
  return Object.assign(new Error(message, { cause }), { exitCode });
}

export function isExit(error: unknown): error is Exit {
  return error instanceof Error && "exitCode" in error;
}
