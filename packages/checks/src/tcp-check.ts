import type { AllowList } from "@netcheck/wire/address";
import { TcpOptions } from "@netcheck/wire/options";

import { finishedFacts, latencyOf } from "./aggregate.ts";
import type { Answer, Asked, CheckedTarget, CheckTypeHere } from "./check-type.ts";
import { type Fields, totalOf } from "./fact.ts";
import { bad, parseOptions, readHost, requireName, withoutPort } from "./host.ts";

export type TcpFacts = { totalMs?: number };

export const tcp = {
  read(asked: Asked, allow: AllowList): CheckedTarget<TcpOptions> {
    const { target, port } = readHost(asked, allow);
    if (port === undefined) throw bad("port", "A tcp check needs a port.");
    const options = parseOptions(TcpOptions, withoutPort(asked));
    requireName(options.ipVersion, target, "target");
    return { target, port, options };
  },

  factsOf: ({ timings }: Fields): TcpFacts => totalOf(timings),

  /** Latency is name and handshake together, of those that connected. */
  summarise(answers: readonly Answer<TcpFacts>[]) {
    const open = answers.filter(({ status }) => status === "finished").length;
    return {
      latencyMs: latencyOf(finishedFacts(answers).flatMap(({ totalMs }) => totalMs ?? [])),
      state: stateOf(open, answers.filter(hasLooked).length),
    };
  },
} satisfies CheckTypeHere<TcpFacts>;

function stateOf(open: number, looked: number) {
  if (looked === 0) return null;
  if (open === looked) return "open" as const;
  return open === 0 ? ("closed" as const) : ("partial" as const);
}

/** One whose own fault it was has learnt nothing of the port. */
function hasLooked({ failureSource }: Answer<TcpFacts>) {
  return failureSource !== "agent" && failureSource !== "platform";
}
