/** The values that a label can have; "code" for names that only our own code chooses. Never what a caller wrote. */
type LabelSpec = Readonly<Record<string, readonly string[] | "code">>;

export type LabelValues<L extends LabelSpec> = {
  readonly [K in keyof L]: L[K] extends readonly (infer V extends string)[] ? V : string;
};

type Described<L extends LabelSpec> = {
  /** By the conventions of https://prometheus.io/docs/practices/naming/: the unit is in it. */
  name: string;
  help: string;
  labels: L;
};

/** Only ever grows while the process lives. `event` is its name in log lines and in CloudWatch. */
export type Counter<L extends LabelSpec = LabelSpec> = Described<L> & {
  type: "counter";
  event: string;
};

export type Gauge<L extends LabelSpec = LabelSpec> = Described<L> & { type: "gauge" };

/** `bounds` are the upper ones of its buckets, rising, without infinity. */
export type Histogram<L extends LabelSpec = LabelSpec> = Described<L> & {
  type: "histogram";
  bounds: readonly number[];
};

export type Metric = Counter | Gauge | Histogram;

type SampleOf<M extends Metric> = { metric: M; labels: Readonly<Record<string, string>> };

/** What a histogram has seen: how often each bucket was hit, above the last bound too, and the sum. */
export type Distribution = { hits: readonly number[]; sum: number };

/** One line of an exposition, or a few for a histogram. */
export type Sample =
  | (SampleOf<Counter | Gauge> & { value: number })
  | (SampleOf<Histogram> & Distribution);

export function counter<const L extends LabelSpec>(
  event: `${string}.${string}`,
  help: string,
  labels: L,
): Counter<L> {
  const name = `netcheck_${event.replace(".", "_")}_total`;
  return { type: "counter", name, event, help, labels };
}

export function gauge<const L extends LabelSpec>(name: string, help: string, labels: L): Gauge<L> {
  return { type: "gauge", name: `netcheck_${name}`, help, labels };
}

export function histogram<const L extends LabelSpec>(
  name: string,
  help: string,
  labels: L,
  bounds: readonly number[],
): Histogram<L> {
  return { type: "histogram", name: `netcheck_${name}`, help, labels, bounds };
}

/** Every set of labels there is, or none where code has yet to choose a name. */
export function labelSets({ labels }: Metric): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    if (values === "code") return [];
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}

/** What a gauge shows now. */
export function sample<L extends LabelSpec>(
  metric: Gauge<L>,
  labels: LabelValues<L>,
  value: number,
): Sample {
  return { metric, labels, value };
}
