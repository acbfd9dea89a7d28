export type Row = { what: string; floor: string; measured: string; budget: string; met?: boolean };

/** A Markdown table, so that it can be pasted as it is. */
export function table(rows: readonly Row[]) {
  const cells = rows.map(({ what, floor, measured, budget, met }) => [
    what,
    floor,
    measured,
    budget,
    met === undefined ? "reported" : met ? "yes" : "NO",
  ]);
  const all = [["what", "floor", "measured", "budget", "met"], ...cells];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length))) ?? [];
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  const [head = [], ...body] = all;
  return [line(head), rule, ...body.map(line)].join("\n");
}

/** The value below which this share of the sorted sample lies. */
export function percentile(sample: readonly number[], share: number) {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
