/**
 * One command of the run; `suites` are told of test by test, and any other command counts as one test.
 * What needs the stack is handed it, and what needs programs begins when the stack has brought them:
 * two cannot install at once.
 */
export type Step = {
  name: string;
  command: string;
  args: readonly string[];
  suites: readonly string[];
  needs: "nothing" | "programs" | "stack";
};

function program(name: string, command: string, ...args: string[]): Step {
  return { name, command, args, suites: [], needs: "nothing" };
}

function suites(names: readonly string[], needs: Step["needs"] = "nothing"): Step {
  const projects = names.flatMap((name) => ["--project", name]);
  const args = ["run", "--config", "test/vitest.config.ts", ...projects];
  return { name: names.join(", "), command: "vitest", args, suites: names, needs };
}

const CHECK: readonly Step[] = [
  program("format", "oxfmt", "--check"),
  program("types", "tsc"),
  program("lint", "oxlint", "--type-aware", "--deny-warnings"),
  program("dead code", "knip"),
  suites(["unit", "alone"]),
];

/** Steps that follow one another, beside the other lane's. */
export type Lane = readonly Step[];

/** What keeps the cores busy, and what mostly waits. */
const ALL: readonly Lane[] = [
  // `infra` and `lambda` declare the stages into the same files.
  [...CHECK, suites(["infra"]), suites(["services", "browser", "lambda"], "stack")],
  [suites(["lab"], "programs"), suites(["chaos"], "programs"), suites(["start"], "programs")],
];

/** What `npm test` runs, or those of it that are named; `check` names what needs no services. Throws for a stranger. */
export function lanesOf(wanted: readonly string[]): readonly Lane[] {
  if (wanted.length === 0) return ALL;
  const names = wanted.flatMap((name) => (name === "check" ? CHECK.flatMap(namesOf) : name));
  const known = ALL.flat().flatMap(namesOf);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new Error(`There is no ${stranger}. There are: check, ${known.join(", ")}.`);
  return ALL.map((lane) => lane.flatMap((step) => narrow(step, names)));
}

function namesOf({ name, suites: of }: Step): readonly string[] {
  return of.length > 0 ? of : [name];
}

function narrow(step: Step, names: readonly string[]): Step[] {
  const wanted = namesOf(step).filter((name) => names.includes(name));
  if (wanted.length === 0) return [];
  return step.suites.length > 0 ? [suites(wanted, step.needs)] : [step];
}
