import { type Dice, dice } from "../support/odd-network.ts";

/** What comes before the number in an address: these are this host's own, and nobody else's. */
const FIRST = 64;
const LAST = 127;

/** Each check has an address of loopback for itself, so that what happens there is its own. */
export function placeOf(number: number) {
  return `127.${FIRST + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}

/** Whose place it is; undefined of any other address. */
export function numberAt(address: string) {
  const [loopback, high = 0, middle = 0, low = 0] = address.split(".").map(Number);
  if (loopback !== 127 || !(high >= FIRST && high < LAST)) return undefined;
  return ((high - FIRST) << 16) + (middle << 8) + low;
}

/** The name whose end is this check's place; `kind` says how it comes there. */
export function nameOf(kind: string, number: number) {
  return `n${number}.${kind}.soak.test`;
}

export function readName(name: string) {
  const [, number, kind] = /^n(\d+)\.([a-z-]+)\.soak\.test$/i.exec(name) ?? [];
  return kind === undefined ? undefined : { number: Number(number), kind: kind.toLowerCase() };
}

/** A check's own numbers: the same whatever else is sent. `what` keeps apart who rolls. */
export function diceOf(seed: number, number: number, what: string): Dice {
  const mixed = Buffer.from(what).reduce((sum, byte) => Math.imul(sum, 31) + byte, seed);
  return dice(Math.imul(mixed, 1_000_003) + number);
}

export function pick<T>(roll: Dice, from: readonly [T, ...T[]]): T {
  return from[roll(from.length)] ?? from[0];
}
