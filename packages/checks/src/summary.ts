import type { CheckType } from "@netcheck/wire/message";

import type { Answer } from "./check-type.ts";
import { type Facts, TYPES } from "./check-types.ts";

/** What the answers in time say together, `null` where they say nothing. */
export function summarise(type: CheckType, answers: readonly Answer<Facts>[]) {
  return TYPES[type].summarise(answers);
}
