import { isIP } from "node:net";

import { PingOptions } from "@netcheck/wire/options";
import type { TryOutcome } from "@netcheck/wire/result-word";

import { elapsedMs } from "./dial.ts";
import { endedBy } from "./ended-by.ts";
import type { Failure } from "./failure.ts";
import { SYSTEM_NETWORK } from "./network.ts";
import { pingCommand } from "./ping-command.ts";
import { parsePing, type PingReport } from "./ping-output.ts";
import { noCounts, pingStats } from "./ping-stats.ts";
import { pingVerdict, unstartedFailure } from "./ping-verdict.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";
import { reach } from "./reach.ts";
import { interleaved, listed, type Tried } from "./tried.ts";

/** What pinging an address came to. */
type Pinged = Pick<PingReport, "timings" | "stats"> & { failure?: Failure | undefined };

type Step = {
  resolvedAddress: string | null;
  tried: readonly Tried[];
  timings: { dns: number | null };
  failure?: Failure;
};

/** Of a tool that was not run. */
const NOTHING: Pinged = { timings: [], stats: pingStats([], 0, noCounts()) };

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

/**
 * Sends ICMP echo requests by the system's ping, to an address that was resolved and judged here:
 * the first that this host can send to. What comes back from there is the answer.
 */
export async function probePing(
  host: string,
  options: PingOptions,
  context: ProbeContext,
): Promise<Outcome> {
  const startedAt = performance.now();
  const reached = await reach(host, context, options.ipVersion);
  const dns = isIP(host) ? null : elapsedMs(startedAt);
  const order = interleaved(reached.allowed);
  const step: Step = {
    resolvedAddress: reached.address,
    tried: listed(order, reached.refused),
    timings: { dns },
  };
  const pinged =
    "failure" in reached
      ? { ...NOTHING, failure: reached.failure }
      : await pingFirst(step, order.length, options, context);
  const { timings, stats, failure } = pinged;
  if (failure) step.failure = failure;
  const result = {
    resolvedAddress: step.resolvedAddress,
    timings,
    stats,
    endedBy: endedBy(failure, context.signal),
    steps: [step],
  };
  return failure ? { failure, result } : { result };
}

/** Goes on to the next address where this host cannot send to one. */
async function pingFirst(step: Step, count: number, options: PingOptions, context: ProbeContext) {
  let pinged: Pinged = NOTHING;
  for (const entry of step.tried.slice(0, count)) {
    const startedAt = performance.now();
    pinged = await pingAddress(entry.address, options, context);
    entry.ms = elapsedMs(startedAt);
    entry.outcome = outcomeOf(pinged.failure);
    step.resolvedAddress = entry.address;
    if (pinged.failure) entry.message = pinged.failure.error.message;
    if (entry.outcome !== "agent_limit" || pinged.failure?.error.code !== "unreachable") break;
  }
  return pinged;
}

async function pingAddress(
  address: string,
  options: PingOptions,
  { network = SYSTEM_NETWORK, signal }: ProbeContext,
): Promise<Pinged> {
  const { command, argv } = pingCommand(address, options);
  const output = await network.ping(command, argv, signal);
  const { end } = output;
  if (typeof end === "object" && "unstarted" in end)
    return { ...NOTHING, failure: unstartedFailure(command, end.unstarted) };
  const report = parsePing(output.stdout, output.stderr, options.packets);
  return { ...report, failure: pingVerdict(report, output) };
}

function outcomeOf(failure: Failure | undefined): TryOutcome {
  if (!failure || failure.error.code === "bad_reply") return "connected";
  if (failure.failureSource === "agent") return "agent_limit";
  return failure.failureSource === "path" ? "unreachable" : "timeout";
}
