import type { Mutant } from "./kind.ts";

/** `at` is how the text goes on where the mutant begins. */
type Equivalent = { path: string; at: string; text: string; why: string };

const INSTANT = "No rule decides the very millisecond.";
const NO_SUCH_ID = "No id consists of its instant alone.";
const COSTS = "The same rows are found, in more partitions.";
const NOBODY = "Without its id no session is found.";
const TWICE = "The statement asks too whether it is due.";

/** Mutants that break no rule: they are not tried, and not counted. */
export const EQUIVALENT: readonly Equivalent[] = [
  { path: "kernel/src/outbox.ts", at: "lt(outbox.sentAt", text: "mutated.lte", why: INSTANT },
  { path: "identity/src/live-key.ts", at: "lt(apiKey.last", text: "mutated.lte", why: INSTANT },
  { path: "identity/src/purge.ts", at: "lt(session.expires", text: "mutated.lte", why: INSTANT },
  { path: "identity/src/purge.ts", at: "lt(session.ended", text: "mutated.lte", why: INSTANT },
  { path: "identity/src/purge.ts", at: "lt(refreshToken.is", text: "mutated.lte", why: INSTANT },
  { path: "identity/src/api-key.ts", at: "isUseDue)", text: "true", why: TWICE },
  { path: "identity/src/auth.routes.ts", at: "sessionId)", text: "true", why: NOBODY },
  { path: "agents/src/presence.ts", at: "<= ${cutoff", text: "<", why: INSTANT },
  { path: "checks/src/partition.ts", at: "gte(check.id", text: "mutated.gt", why: NO_SUCH_ID },
  { path: "checks/src/partition.ts", at: "lt(check.id", text: "mutated.lte", why: NO_SUCH_ID },
  { path: "checks/src/delivery.ts", at: "within(result.", text: "undefined", why: COSTS },
];

export function isEquivalent(path: string, source: string, mutant: Mutant) {
  const here = EQUIVALENT.filter((known) => path.endsWith(`/${known.path}`));
  return here.some((known) => isMeant(known, source, mutant));
}

export function isMeant(known: Equivalent, source: string, { start, text }: Mutant) {
  return text === known.text && source.startsWith(known.at, start);
}
