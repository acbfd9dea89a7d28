import { glob, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { execute } from "../run/execute.ts";

/** Who killed a mutant, and in which file; or nobody. */
export type Verdict = { killer: string | undefined; file: string | undefined; seconds: number };

type Change = { path: string; source: string; mutated: string };
type Place = { root: string; folder: string; env: NodeJS.ProcessEnv; signal: AbortSignal };

/** A mutant for which the tests wait for ever is found out too. */
const LIMIT_MS = 600_000;

/**
 * The files with a test of one of these rules, or which know the module, those first that choose the order
 * of a race.
 */
export async function filesOf(letters: string, path: string) {
  const module = path.replace(/^packages\/(\w+)\/src\/(.*)\.ts$/, '"@netcheck/$1/$2"');
  const files: { file: string; weight: number }[] = [];
  for await (const file of glob("test/{http,contract}/*.test.ts")) {
    const text = await readFile(file, "utf8");
    const tests = text.split(`[${letters}-`).length - 1;
    const races = /support\/(interleave|overtake)/.test(text) ? 1_000 : 0;
    const weight = tests + (text.includes(module) ? 100 : 0);
    if (weight > 0) files.push({ file, weight: weight + races });
  }
  return files.toSorted((a, b) => b.weight - a.weight).map(({ file }) => file);
}

/** Judges mutants in the tree at `root`. Files that fail without any mutant have no say. */
export function openTrial(place: Place) {
  const lately = new Map<string, string>();
  const credible = new Map<string, boolean>();

  async function isCredible(file: string) {
    const known = credible.get(file);
    if (known !== undefined) return known;
    let isGood = false;
    // A machine that is busy may fail one once.
    for (let tries = 0; tries < 2 && !isGood; tries += 1)
      isGood = (await tryFiles([file], place)).killer === undefined;
    credible.set(file, isGood);
    return isGood;
  }

  async function judge(change: Change, files: readonly string[]): Promise<Verdict> {
    const path = join(place.root, change.path);
    const believed = files.filter((file) => credible.get(file) !== false);
    let seconds = 0;
    for (const some of inTwo(believed, lately.get(change.path))) {
      await writeFile(path, change.mutated);
      const verdict = await tryFiles(some, place);
      await writeFile(path, change.source);
      seconds += verdict.seconds;
      const { killer, file } = verdict;
      if (killer === undefined || place.signal.aborted) continue;
      if (file !== undefined && !(await isCredible(file))) return await judge(change, files);
      if (file !== undefined) lately.set(change.path, file);
      return { killer, file, seconds };
    }
    return { killer: undefined, file: undefined, seconds };
  }

  /** Those that failed without any mutant. */
  const unheard = () => [...credible].flatMap(([file, isGood]) => (isGood ? [] : [file]));
  return { judge, unheard };
}

/** Runs files of tests until one test fails. */
async function tryFiles(files: readonly string[], place: Place): Promise<Verdict> {
  const step = {
    name: "mutant",
    command: "vitest",
    args: ["run", "--config", "test/vitest.config.ts", "--project=services", "--bail=1", ...files],
    suites: ["services"],
    needs: "stack",
  } as const;
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = AbortSignal.any([limit, place.signal]);
  const { ok, files: told = [], seconds } = await execute(step, { ...place, signal });
  if (ok) return { killer: undefined, file: undefined, seconds };
  const [first] = told.flatMap(({ file, tests }) =>
    tests.filter(({ state }) => state === "failed").map(({ title }) => ({ file, title })),
  );
  return { killer: first?.title ?? (limit.aborted ? "time" : "start"), file: first?.file, seconds };
}

/** What is expected to kill it, and then the rest. */
function inTwo(files: readonly string[], lately: string | undefined) {
  const soon = files.filter((file, i) => (lately === undefined ? i === 0 : file === lately));
  return [soon, files.filter((file) => !soon.includes(file))].filter(({ length }) => length > 0);
}
