import type { Dice } from "../support/odd-network.ts";
import { nameOf, pick, placeOf } from "./place.ts";
import type { Ports } from "./targets.ts";

/** A check to be sent, and what may come of it: `finished` or `source/code`, `*` for any. */
export type Draft = {
  what: string;
  mayBe: readonly string[];
  type: string;
  target: string;
  port?: number;
  options?: Record<string, unknown>;
};

export type Draw = (roll: Dice, number: number, ports: Ports) => Draft;

/** Long enough to be right on a busy machine, and so short that the soak comes to an end. */
export const PATIENT_MS = 8_000;
export const BRIEF_MS = [100, 150, 300] as const;

/** The check's own place, as people write it. */
export function hostOf(roll: Dice, number: number) {
  const place = placeOf(number);
  return pick(roll, [place, place, `::ffff:${place}`, nameOf("well", number)]);
}

/** The names of a table, of which there is one at least. */
export function namesOf(table: object) {
  const [first = "", ...rest] = Object.keys(table);
  return [first, ...rest] as const;
}
