import type { CheckType } from "@netcheck/wire/message";

import type { Answer } from "./check-type.ts";
import { dns, type DnsFacts } from "./dns-check.ts";
import type { Fields } from "./fact.ts";
import { http, type HttpFacts } from "./http-check.ts";
import { ping, type PingFacts } from "./ping-check.ts";
import { tcp, type TcpFacts } from "./tcp-check.ts";

/** Every type of check: a new one brings a file of its own. */
export const TYPES = { http, tcp, dns, ping } satisfies Record<CheckType, object>;

/** The few values of a result that aggregates need, kept beside it so that nobody has to load it. */
export type Facts = HttpFacts & TcpFacts & DnsFacts & PingFacts;

/** What a result says, of whichever type it is: each reads what it knows and skips the rest. */
export function factsOf(result: Fields): Facts {
  const read = Object.values(TYPES).map(({ factsOf: ofType }) => ofType(result));
  return read.reduce<Facts>((facts, more) => ({ ...facts, ...more }), {});
}

/** What the answers in time say together, `null` where they say nothing. */
export function summarise(type: CheckType, answers: readonly Answer<Facts>[]) {
  return TYPES[type].summarise(answers);
}
