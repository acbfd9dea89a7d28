import type { AllowList } from "@netcheck/wire/address";
import { TcpOptions } from "@netcheck/wire/options";

import { finishedFacts, latencyOf } from "./aggregate.ts";
import type { Answer, Asked, CheckedTarget, CheckTypeHere } from "./check-type.ts";
import { type Fields, totalOf } from "./fact.ts";
import { bad, bracketHint, parseOptions, readHost, requireName, withoutPort } from "./host.ts";

export type TcpFacts = { totalMs?: number };

export const tcp = {
  read(asked: Asked, allow: AllowList): CheckedTarget<TcpOptions> {
    const { target, port } = readHost(asked, allow);
    if (port === undefined)
      throw bad("port", `A tcp check needs a port.${bracketHint(asked.target)}`);
    const options = parseOptions(TcpOptions, withoutPort(asked));
    requireName(options.ipVersion, target, "target");
    return { target, port, options };
  },

  factsOf: ({ timings }: Fields): TcpFacts => totalOf(timings),

  /** Latency is name and handshake together, of those that connected. */
  summarise(answers: readonly Answer<TcpFacts>[]) {
    return {
      latencyMs: latencyOf(finishedFacts(answers).flatMap(({ totalMs }) => totalMs ?? [])),
      state: stateOf(answers),
    };
  },
} satisfies CheckTypeHere<TcpFacts>;

/** Closed is what was refused: a port that nobody reached is neither open nor closed. */
function stateOf(answers: readonly Answer<TcpFacts>[]) {
  const open = answers.filter(({ status }) => status === "finished").length;
  const refused = answers.filter((it) => isOfDialling(it) && it.failureSource === "target").length;
  const lost = answers.filter((it) => isOfDialling(it) && it.failureSource === "path").length;
  if (open > 0) return refused + lost > 0 ? ("partial" as const) : ("open" as const);
  return refused > 0 ? ("closed" as const) : null;
}

/** One that did not come to the port, for whatever reason, has learnt nothing of it. */
function isOfDialling({ failedPhase }: Answer<TcpFacts>) {
  return failedPhase === "tcp";
}
