import { dial, elapsedMs } from "./dial.ts";
import type { Outcome, ProbeContext } from "./probe.ts";

/** Connects to the port and hangs up. */
export async function probeTcp(
  host: string,
  port: number,
  { allow, signal }: ProbeContext,
): Promise<Outcome> {
  const startedAt = performance.now();
  const timings = { dns: null, tcp: null, total: 0 };
  const result = { resolvedAddress: null, timings };
  const dialled = await dial({ host, port, allow, signal }, result);
  timings.total = elapsedMs(startedAt);
  if ("failure" in dialled) return { failure: dialled.failure, result };
  dialled.socket.destroy();
  return { result };
}
