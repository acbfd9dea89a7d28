/**
 * Of the known words the one that takes the fewest insertions, deletions and replacements to become;
 * undefined when that takes more than `within`.
 */
export function nearest(word: string, known: readonly string[], within = Infinity) {
  const [first] = known
    .map((one) => ({ one, steps: distance(word, one) }))
    .toSorted((a, b) => a.steps - b.steps);
  return first && first.steps <= within ? first.one : undefined;
}

/** Levenshtein's, row by row. */
function distance(from: string, to: string) {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of from.split("").entries()) {
    const above = row;
    row = [i + 1];
    for (const [j, other] of to.split("").entries()) {
      const replaced = at(above, j) + (letter === other ? 0 : 1);
      row.push(Math.min(at(row, j) + 1, at(above, j + 1) + 1, replaced));
    }
  }
  return at(row, to.length);
}

function at(row: readonly number[], i: number) {
  return row.at(i) ?? 0;
}
