import { expect, it } from "vitest";

import { METRICS } from "./metric-catalogue.ts";
import { openStanding } from "./standing.ts";

it("[WRK-1] says how long each connection has stood, and what it holds until it is lost", () => {
  let now = 1_000;
  const standing = openStanding(() => now);
  const shown = () =>
    Object.fromEntries(
      standing
        .samples()
        .flatMap((one) =>
          "value" in one ? [[Object.values(one.labels).join(), one.value] as const] : [],
        ),
    );
  const nothing = Object.fromEntries(METRICS.inHand.labels.queue.map((queue) => [queue, 0]));
  expect(shown()).toEqual(nothing);

  const link = new AbortController();
  standing.linked("responses", link.signal);
  standing.holds("agent_results", () => 3, link.signal);
  now += 2_500;
  expect(shown()).toEqual({ ...nothing, agent_results: 3, responses: 2.5 });

  link.abort();
  expect(shown()).toEqual(nothing);
  standing.linked("responses", link.signal);
  standing.holds("agent_results", () => 3, link.signal);
  expect(shown()).toEqual(nothing);
});
