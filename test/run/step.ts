/** One command of the run; `suites` are told of test by test, and any other command counts as one test. */
export type Step = {
  name: string;
  command: string;
  args: readonly string[];
  suites: readonly string[];
  needsStack: boolean;
};

function program(name: string, command: string, ...args: string[]): Step {
  return { name, command, args, suites: [], needsStack: false };
}

function suites(names: readonly string[], { needsStack = false } = {}): Step {
  const projects = names.flatMap((name) => ["--project", name]);
  const args = ["run", "--config", "test/vitest.config.ts", ...projects];
  return { name: names.join(", "), command: "vitest", args, suites: names, needsStack };
}

const CHECK: readonly Step[] = [
  program("format", "oxfmt", "--check"),
  program("types", "tsc"),
  program("lint", "oxlint", "--type-aware", "--deny-warnings"),
  program("dead code", "knip"),
  suites(["unit", "alone"]),
];

/** Steps that follow one another, beside the other lane's. The busy one gives way where both want a core. */
export type Lane = { steps: readonly Step[]; isBusy: boolean };

const ALL: readonly Lane[] = [
  {
    // The stages are declared by `infra` and by `lambda`, into the same files.
    steps: [
      ...CHECK,
      suites(["infra"]),
      suites(["services", "browser", "lambda"], { needsStack: true }),
    ],
    isBusy: true,
  },
  { steps: [suites(["lab"]), suites(["chaos"]), suites(["start"])], isBusy: false },
];

/** What `npm test` runs, or those of it that are named; `check` names what needs no services. Throws for a stranger. */
export function lanesOf(wanted: readonly string[]): readonly Lane[] {
  if (wanted.length === 0) return ALL;
  const names = wanted.flatMap((name) => (name === "check" ? CHECK.flatMap(namesOf) : name));
  const known = ALL.flatMap(({ steps }) => steps.flatMap(namesOf));
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new Error(`There is no ${stranger}. There are: check, ${known.join(", ")}.`);
  return ALL.map((lane) => ({ ...lane, steps: lane.steps.flatMap((step) => narrow(step, names)) }));
}

function namesOf({ name, suites: of }: Step): readonly string[] {
  return of.length > 0 ? of : [name];
}

function narrow(step: Step, names: readonly string[]): Step[] {
  const wanted = namesOf(step).filter((name) => names.includes(name));
  if (wanted.length === 0) return [];
  return step.suites.length > 0 ? [suites(wanted, step)] : [step];
}
