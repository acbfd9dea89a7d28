import { isIP } from "node:net";

import type { TryOutcome } from "@netcheck/wire/result-word";

/** An address of a host, and what came of it; `ms` is null where nothing was sent to it. */
export type Tried = { address: string; outcome: TryOutcome; ms: number | null; message?: string };

/** Of a name with more addresses, the rest is neither tried nor listed. */
const MAX_LISTED = 32;

/** All addresses of a host before any is tried: which may be, in that order, and which may not. */
export function listed(allowed: readonly string[], refused: readonly string[]): Tried[] {
  const entries = (addresses: readonly string[], outcome: TryOutcome) =>
    addresses.map((address) => ({ address, outcome, ms: null }));
  const all = [...entries(allowed, "not_tried"), ...entries(refused, "refused_by_policy")];
  return all.slice(0, MAX_LISTED);
}

/** The families by turns, IPv4 first, so that a dead one costs no more than a head start (RFC 8305, 4). */
export function interleaved(addresses: readonly string[]) {
  const v4 = addresses.filter((it) => isIP(it) === 4);
  const v6 = addresses.filter((it) => isIP(it) === 6);
  return addresses.flatMap((_, i) => [v4[i] ?? [], v6[i] ?? []].flat());
}
