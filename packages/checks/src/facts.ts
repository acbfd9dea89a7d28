import { type Facts, TYPES } from "./check-types.ts";
import type { Fields } from "./fact.ts";

/** What a result says, of whichever type it is: each reads what it knows and skips the rest. */
export function factsOf(result: Fields): Facts {
  const read = Object.values(TYPES).map(({ factsOf: ofType }) => ofType(result));
  return read.reduce<Facts>((facts, more) => ({ ...facts, ...more }), {});
}
