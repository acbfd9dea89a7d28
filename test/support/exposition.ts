/** One line of Prometheus' text format. */
export type Series = { name: string; labels: Record<string, string>; value: number };
export type Family = { name: string; type: string; help: string; series: Series[] };

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"/y;
const LINE = new RegExp(`^(${NAME})(?:\\{(.+)\\})? (\\S+)$`);

/**
 * Reads an exposition as strictly as a scraper may: one HELP and one TYPE before the lines of each
 * family, which stand together, no series twice, and counters that are whole.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export function readExposition(text: string): Family[] {
  if (!text.endsWith("\n")) throw new Error("The last line does not end.");
  const families: Family[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, name = "", rest = ""] =
      new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line) ?? [];
    const family = families.at(-1);
    if (keyword === "HELP") {
      if (families.some((one) => one.name === name)) throw new Error(`Twice: ${line}`);
      families.push({ name, help: rest, type: "", series: [] });
    } else if (keyword === "TYPE") {
      if (family?.name !== name || family.type) throw new Error(`Out of place: ${line}`);
      family.type = rest;
    } else {
      const series = readSeries(line);
      if (!family?.type || !belongs(series, family)) throw new Error(`Out of place: ${line}`);
      family.series.push(series);
    }
  }
  for (const family of families) checkFamily(family);
  return families;
}

function readSeries(line: string): Series {
  const [, name = "", inside, number = ""] = LINE.exec(line) ?? [];
  if (!name || !/^(-?\d+(\.\d+)?(e[+-]?\d+)?|NaN|[+-]Inf)$/i.test(number)) {
    throw new Error(`No sample: ${line}`);
  }
  return { name, labels: inside === undefined ? {} : readLabels(inside), value: Number(number) };
}

function readLabels(inside: string) {
  const labels: Record<string, string> = {};
  let at = 0;
  while (at < inside.length) {
    LABEL.lastIndex = at;
    const [whole, key = "", value = ""] = LABEL.exec(inside) ?? [];
    if (!whole || key in labels) throw new Error(`No labels: ${inside}`);
    labels[key] = value;
    at += whole.length;
    if (at < inside.length && inside[at++] !== ",") throw new Error(`No labels: ${inside}`);
  }
  return labels;
}

function belongs({ name }: Series, family: Family) {
  if (family.type !== "histogram") return name === family.name;
  return ["_bucket", "_sum", "_count"].some((suffix) => name === family.name + suffix);
}

function checkFamily({ name, type, series }: Family) {
  const keys = series.map((one) =>
    JSON.stringify([one.name, Object.entries(one.labels).map(String).toSorted()]),
  );
  if (series.length === 0 || new Set(keys).size < keys.length) throw new Error(`Not once: ${name}`);
  if (type === "counter" && !name.endsWith("_total")) throw new Error(`No _total: ${name}`);
  if (type === "histogram") checkBuckets(name, series);
}

function checkBuckets(name: string, series: readonly Series[]) {
  const setOf = ({ labels: { le: _, ...rest } }: Series) => JSON.stringify(rest);
  for (const [, set] of Map.groupBy(series, setOf)) {
    const buckets = set.filter((one) => one.name.endsWith("_bucket"));
    const bounds = buckets.map(({ labels }) => Number(labels["le"]?.replace("+Inf", "Infinity")));
    const isRising = (all: number[]) => all.every((one, i) => one >= (all[i - 1] ?? one));
    const count = set.find((one) => one.name.endsWith("_count"));
    const isWhole = bounds.at(-1) === Infinity && buckets.at(-1)?.value === count?.value;
    if (!isWhole || !isRising(bounds) || !isRising(buckets.map(({ value }) => value))) {
      throw new Error(`Buckets: ${name}`);
    }
  }
}
