import { type Sample, sample } from "@netcheck/kernel/metric";

import { METRICS } from "./metric-catalogue.ts";

type Side = (typeof METRICS.linkAge.labels.link)[number];
type Source = (typeof METRICS.inHand.labels.queue)[number];
type Hand = { queue: Source; size: () => number };

/** Where this worker stands at the moment. */
export type Standing = {
  /** A connection stands from now on until it is lost. */
  linked(side: Side, lost: AbortSignal): void;
  /** What was taken from this queue and is not settled, until the connection that it came by is lost. */
  holds(queue: Source, size: () => number, lost: AbortSignal): void;
  samples(): Sample[];
};

export function openStanding(now = () => performance.now()): Standing {
  const since = new Map<Side, number>();
  const hands = new Set<Hand>();
  const heldOf = (queue: Source) =>
    [...hands].filter((hand) => hand.queue === queue).reduce((sum, { size }) => sum + size(), 0);

  return {
    linked(side, lost) {
      if (lost.aborted) return;
      since.set(side, now());
      lost.addEventListener("abort", () => since.delete(side), { once: true });
    },
    holds(queue, size, lost) {
      if (lost.aborted) return;
      const hand = { queue, size };
      hands.add(hand);
      lost.addEventListener("abort", () => hands.delete(hand), { once: true });
    },
    samples: () => [
      ...METRICS.inHand.labels.queue.map((queue) =>
        sample(METRICS.inHand, { queue }, heldOf(queue)),
      ),
      ...[...since].map(([link, at]) => sample(METRICS.linkAge, { link }, (now() - at) / 1000)),
    ],
  };
}
