import type { Draft, Draw } from "./draft.ts";
import * as dns from "./draw-dns.ts";
import * as host from "./draw-host.ts";
import * as http from "./draw-http.ts";
import { fateOf, type Fate } from "./fate.ts";
import { diceOf } from "./place.ts";
import type { Ports } from "./targets.ts";

export type Hostile = Draft & { number: number; fate: Fate | undefined };

/** How often each is drawn: ping is a program of its own, and its host's time. */
const WEIGHTS: readonly (readonly [weight: number, draw: Draw])[] = [
  [12, http.oddHead],
  [6, http.oddInTls],
  [3, http.oddHttp2],
  [4, http.endless],
  [4, http.redirect],
  [5, host.port],
  [4, host.unreachable],
  [5, host.named],
  [3, host.oddHost],
  [1, host.ping],
  [6, dns.resolver],
  [2, dns.mute],
  [3, dns.oddName],
  [2, dns.own],
];

const TICKETS = WEIGHTS.flatMap(([weight, draw]) => Array.from({ length: weight }, () => draw));

/** The check of this number: of one seed always the same. */
export function hostileOf(seed: number, number: number, ports: Ports): Hostile {
  const roll = diceOf(seed, number, "check");
  const draw = TICKETS[roll(TICKETS.length)] ?? http.oddHead;
  return { ...draw(roll, number, ports), number, fate: fateOf(seed, number) };
}
