import { isIP } from "node:net";

import { PingOptions } from "@netcheck/wire/options";

import { failure, policyFailure, type Failure } from "./failure.ts";
import { SYSTEM_NETWORK } from "./network.ts";
import { pingCommand } from "./ping-command.ts";
import { parsePing, type PingReport } from "./ping-output.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";
import { reach } from "./reach.ts";

const TRIAL_MS = 3_000;
const TRIAL = PingOptions.parse({ packets: 1, timeoutMs: 2_000 });

export const ping: Probe<"ping"> = {
  run: ({ target, options }, context) => probePing(target, options, context),
  trial: {
    async passes(network) {
      const { command, argv } = pingCommand("127.0.0.1", TRIAL);
      const { stdout, stderr } = await network.ping(command, argv, AbortSignal.timeout(TRIAL_MS));
      return parsePing(stdout, stderr, 1).stats.rcv > 0;
    },
    shows: "got a reply from this host itself",
    needs: "needs the system's ping, and a net.ipv4.ping_group_range that covers this group",
  },
};

/** Sends ICMP echo requests by the system's ping, to an address that was resolved and judged here. */
export async function probePing(
  host: string,
  options: PingOptions,
  context: ProbeContext,
): Promise<Outcome> {
  const nothing = { resolvedAddress: null, ...parsePing("", "", 0), obstacle: undefined };
  const reached = await reach(host, context, options.ipVersion);
  const { address } = reached;
  if ("failure" in reached) return { failure: reached.failure, result: resultOf(address, nothing) };
  if (!isIP(reached.address))
    return { failure: policyFailure("Not an address."), result: resultOf(null, nothing) };
  const { command, argv } = pingCommand(reached.address, options);
  const { network = SYSTEM_NETWORK, signal } = context;
  const output = await network.ping(command, argv, signal);
  if (output.missing) {
    const missing = failure("agent", "run", "no_tool", `There is no ${command} on this host.`);
    return { failure: missing, result: resultOf(address, nothing) };
  }
  const report = parsePing(output.stdout, output.stderr, options.packets);
  const result = resultOf(address, report);
  const failed = verdict(report);
  return failed ? { failure: failed, result } : { result };
}

function resultOf(resolvedAddress: string | null, { timings, stats }: PingReport) {
  return { resolvedAddress, timings, stats };
}

/** One reply is enough. Without one, whoever refused to carry the packets says more than silence. */
function verdict({ stats, obstacle }: PingReport): Failure | undefined {
  if (stats.rcv > 0) return undefined;
  switch (obstacle?.code) {
    case undefined: {
      const message = `None of ${stats.total} packets was answered.`;
      return failure("target", "icmp", "no_reply", message);
    }
    case "unreachable":
    case "time_exceeded":
      return failure("path", "icmp", obstacle.code, obstacle.message);
    case "not_permitted":
    case "ping_failed":
      return failure("agent", "icmp", obstacle.code, obstacle.message);
  }
}
