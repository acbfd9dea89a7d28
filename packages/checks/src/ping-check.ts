import type { AllowList } from "@netcheck/wire/address";
import { PingOptions } from "@netcheck/wire/options";

import { finishedFacts, latencyOf } from "./aggregate.ts";
import type { Answer, Asked, CheckedTarget, CheckTypeHere } from "./check-type.ts";
import { type Fields, fieldsOf, isMs, isWhole } from "./fact.ts";
import { bad, parseOptions, readHost, requireName, withoutPort } from "./host.ts";

export type PingFacts = {
  averageMs?: number;
  /** Packets. */
  sent?: number;
  received?: number;
};

export const ping = {
  read(asked: Asked, allow: AllowList): CheckedTarget<PingOptions> {
    const { target, port } = readHost(asked, allow);
    if (port !== undefined) throw bad("port", "A ping check has no port.");
    const options = parseOptions(PingOptions, withoutPort(asked));
    requireName(options.ipVersion, target, "target");
    return { target, options };
  },

  factsOf({ stats }: Fields): PingFacts {
    const { avg: averageMs, total: sent, rcv: received } = fieldsOf(stats);
    return {
      ...(isMs(averageMs) && { averageMs }),
      ...(isWhole(sent, 0, 1_000) && { sent }),
      ...(isWhole(received, 0, 1_000) && { received }),
    };
  },

  /** Latency is each agent's average round trip; loss is over the packets of all that sent some. */
  summarise(answers: readonly Answer<PingFacts>[]) {
    return {
      latencyMs: latencyOf(finishedFacts(answers).flatMap(({ averageMs }) => averageMs ?? [])),
      lossPercent: lossOf(answers),
    };
  },
} satisfies CheckTypeHere<PingFacts>;

function lossOf(answers: readonly Answer<PingFacts>[]) {
  const all = answers.map(({ facts }) => ({
    sent: facts?.sent ?? 0,
    received: facts?.received ?? 0,
  }));
  const sent = all.reduce((sum, one) => sum + one.sent, 0);
  if (sent === 0) return null;
  // Duplicates are counted as received: a made-up surplus of one agent may not hide another's loss.
  const received = all.reduce((sum, one) => sum + Math.min(one.received, one.sent), 0);
  return Math.round((1 - received / sent) * 100_000) / 1000;
}
