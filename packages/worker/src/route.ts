import { UNDELIVERED_QUEUE } from "@netcheck/adapters/rabbit-topology";
import { ANSWER, ASKED, type Kind, type Said, SAID } from "@netcheck/wire/kind";

import { type Arrival, judgeSaid, judgeUndelivered, type Verdict } from "./arrival.ts";

/** A queue at the broker that the worker empties. */
export type Inbox = (typeof SAID)[Said]["queue"] | typeof UNDELIVERED_QUEUE;

/** From a queue at the broker to one in SQS, past a judge. */
export type Route<Name extends string = Inbox> = {
  from: Name;
  to: string;
  judge: (arrival: Arrival, now: Date) => Verdict;
};

/** A route for each kind of what agents say. */
export function routesOf<Name extends string>(
  kinds: Readonly<Record<string, Kind & { queue: Name }>>,
) {
  return Object.entries(kinds).map(([kind, said]): Route<Name> => {
    return { from: said.queue, to: said.carriedTo, judge: judgeSaid(kind, said) };
  });
}

export const ROUTES: readonly Route[] = [
  ...routesOf(SAID),
  { from: UNDELIVERED_QUEUE, to: ANSWER.carriedTo, judge: judgeUndelivered(ASKED) },
];
