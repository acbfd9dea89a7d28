import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { isProblem } from "./problem.ts";

/** Tries until it succeeds; throws the last error when `signal` aborts, and a `problem` at once. */
export async function until(
  attempt: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || isProblem(error)) throw error;
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}

/** Fulfilled when something accepts a connection at the address within a second. */
export function accepts(host: string, port: number): Promise<void> {
  return new Promise((settle, refuse) => {
    const socket = connect({ host, port });
    socket.setTimeout(1_000, () => socket.destroy(new Error(`${host}:${port} does not answer`)));
    socket.on("error", refuse);
    socket.on("connect", () => {
      socket.destroy();
      settle();
    });
  });
}
