/** What a mutant takes away or turns round. */
export const KINDS = [
  "drop",
  "lock",
  "conflict",
  "emit",
  "audit",
  "write",
  "refusal",
  "step",
  "swap",
] as const;
export type Kind = (typeof KINDS)[number];

/** One change of a source text, `[start, end)` of which becomes `text`. */
export type Mutant = { kind: Kind; start: number; end: number; text: string };

/** Under which name a mutant has all of Drizzle. */
export const MUTATED = "mutated";
