import { diceOf, pick } from "./place.ts";

/** How this host fails a check: in every call for its place, after so many that went well. */
export type Fate = {
  code: string;
  how: "throws" | "fails at once" | "fails late";
  after: number;
};

const CODES = [
  "EACCES",
  "EADDRNOTAVAIL",
  "EAGAIN",
  "EMFILE",
  "ENETUNREACH",
  "ENOBUFS",
  "ENOMEM",
  "EPERM",
] as const;

/** One check in ten is sent by a host that fails. */
const ONE_IN = 10;

export function fateOf(seed: number, number: number): Fate | undefined {
  const roll = diceOf(seed, number, "fate");
  if (roll(ONE_IN) > 0) return undefined;
  const how = pick(roll, ["throws", "fails at once", "fails late"] as const);
  return { code: pick(roll, CODES), how, after: roll(3) === 0 ? 1 : 0 };
}
