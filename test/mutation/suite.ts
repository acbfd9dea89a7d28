import { glob, readFile } from "node:fs/promises";

import { execute } from "../run/execute.ts";

/** What became of a mutant: who killed it, or nobody. */
export type Verdict = { killer: string | undefined; file: string | undefined; seconds: number };

/** A mutant that makes the tests wait for ever is found out too. */
const LIMIT_MS = 600_000;

/** The files with a test of one of these rules, those first that choose the order of a race. */
export async function filesOf(letters: string) {
  const files: { path: string; weight: number }[] = [];
  for await (const path of glob("test/{http,contract}/*.test.ts")) {
    const text = await readFile(path, "utf8");
    const tests = text.split(`[${letters}-`).length - 1;
    const weight = /support\/(interleave|overtake)/.test(text) ? tests + 1_000 : tests;
    if (tests > 0) files.push({ path, weight });
  }
  return files.toSorted((a, b) => b.weight - a.weight).map(({ path }) => path);
}

/** Runs files of tests in the tree at `root` until one test fails. */
export async function tryFiles(
  files: readonly string[],
  options: { root: string; folder: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Verdict> {
  const step = {
    name: "mutant",
    command: "vitest",
    args: [
      ...["run", "--config", "test/vitest.config.ts", "--project", "services"],
      ...["--bail", "1", ...files],
    ],
    suites: ["services"],
    needs: "stack",
  } as const;
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = AbortSignal.any([limit, options.signal]);
  const { ok, files: told = [], seconds } = await execute(step, { ...options, signal });
  if (ok) return { killer: undefined, file: undefined, seconds };
  const failed = told.flatMap(({ file, tests }) =>
    tests.filter(({ state }) => state === "failed").map(({ title }) => ({ file, title })),
  );
  const [first] = failed;
  return { killer: first?.title ?? (limit.aborted ? "time" : "start"), file: first?.file, seconds };
}

/** What is expected to kill it, and then the rest. */
export function inTwo(files: readonly string[], lately: string | undefined) {
  const soon = files.filter((file, i) => (lately === undefined ? i === 0 : file === lately));
  return [soon, files.filter((file) => !soon.includes(file))].filter(({ length }) => length > 0);
}
