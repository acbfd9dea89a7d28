import { randomInt } from "node:crypto";

import { v7 } from "uuid";
import * as z from "zod";

declare const noun: unique symbol;

/** A UUIDv7 (RFC 9562) that names one kind of thing; a check's id is not an agent's. */
export type Id<Noun extends string> = string & { readonly [noun]: Noun };

let last = { ms: 0, seq: 0 };

/** Sortable by `at`; those of one process and one millisecond, in the order they were made. */
export function newId<Noun extends string>(at: Date) {
  const ms = at.getTime();
  last = { ms, seq: ms === last.ms ? last.seq + 1 : randomInt(2 ** 31) };
  return v7({ msecs: ms, seq: last.seq }) as Id<Noun>;
}

/** Lower than every id of that instant or later: 48 bits of milliseconds, then nothing (RFC 9562, 5.7). */
export function lowestId<Noun extends string>(at: Date) {
  const ms = Math.min(Math.max(at.getTime(), 0), 2 ** 48 - 1);
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000` as Id<Noun>;
}

export function idSchema<Noun extends string>() {
  return z.uuidv7().transform((id) => id as Id<Noun>);
}
