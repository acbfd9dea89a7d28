import type { IpVersion } from "@netcheck/wire/options";

import { dial, elapsedMs } from "./dial.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";

export const tcp: Probe<"tcp"> = {
  run: ({ target, port, options }, context) => probeTcp(target, port, context, options.ipVersion),
  runHere: (port, context) => probeTcp("127.0.0.1", port, context),
};

/** Connects to the port and hangs up. */
export async function probeTcp(
  host: string,
  port: number,
  context: ProbeContext,
  ipVersion?: IpVersion,
): Promise<Outcome> {
  const startedAt = performance.now();
  const timings = { dns: null, tcp: null, total: 0 };
  const result = { resolvedAddress: null, timings };
  const dialled = await dial({ ...context, host, port, ipVersion }, result);
  timings.total = elapsedMs(startedAt);
  if ("failure" in dialled) return { failure: dialled.failure, result };
  dialled.socket.destroy();
  return { result };
}
