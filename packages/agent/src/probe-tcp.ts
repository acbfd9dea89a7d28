import type { IpVersion } from "@netcheck/wire/options";

import { dial, elapsedMs, type DialRecord } from "./dial.ts";
import { endedBy } from "./ended-by.ts";
import type { Failure } from "./failure.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";

export const tcp: Probe<"tcp"> = {
  run: ({ target, port, options }, context) => probeTcp(target, port, context, options.ipVersion),
  runHere: (port, context) => probeTcp("127.0.0.1", port, context),
};

type Step = DialRecord & { failure?: Failure };

/**
 * Connects to the port and hangs up. A target that accepts and resets at once is open, whether its
 * reset or our hanging up comes first.
 */
export async function probeTcp(
  host: string,
  port: number,
  context: ProbeContext,
  ipVersion?: IpVersion,
): Promise<Outcome> {
  const startedAt = performance.now();
  const step: Step = { resolvedAddress: null, tried: [], timings: { dns: null, tcp: null } };
  const dialled = await dial({ ...context, host, port, ipVersion }, step);
  const total = elapsedMs(startedAt);
  if ("socket" in dialled) dialled.socket.destroy();
  else if (dialled.failure.error.code !== "reset") step.failure = dialled.failure;
  const { resolvedAddress, timings, failure } = step;
  const result = {
    resolvedAddress,
    timings: { ...timings, total },
    endedBy: endedBy(failure, context.signal),
    steps: [step],
  };
  return failure ? { failure, result } : { result };
}
