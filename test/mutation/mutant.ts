import { conditionsIn } from "./condition.ts";
import { type Mutant, MUTATED } from "./kind.ts";
import { readSource } from "./source.ts";
import { stepsIn } from "./step.ts";

/** Every mutant of what a file writes, in the order of the text. */
export function mutantsOf(text: string): Mutant[] {
  const source = readSource(text);
  const all = [...conditionsIn(source), ...stepsIn(source)];
  const byPlace = new Map(all.map((one) => [`${one.start} ${one.end} ${one.text}`, one]));
  return [...byPlace.values()].toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** The text with the change, on the same lines; what it may need stands before the first. */
export function applied(text: string, { start, end, text: other }: Mutant) {
  const changed = text.slice(0, start) + other + text.slice(end);
  return `import * as ${MUTATED} from "drizzle-orm"; ${changed}`;
}
