import { textTable } from "@netcheck/local/table";

import { contextOf, type Owners } from "./context.ts";
import type { Outcome } from "./execute.ts";
import type { FileResult } from "./result.ts";

type State = FileResult["tests"][number]["state"];
type Row = Record<State, number> & { name: string; files: number; seconds: number };

/** The suites, what each context costs, and the sums as the last line. */
export function summaryOf(outcomes: readonly Outcome[], owners: Owners) {
  const rows = outcomes.flatMap(rowsOf);
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const failed = sum((row) => row.failed);
  const lines = [
    ...textTable(
      ["suite", "files", "tests", "passed", "failed", "skipped", "seconds"],
      rows.map((row) => [
        row.name,
        String(row.files || ""),
        String(row.passed + row.failed + row.skipped),
        ...[row.passed, row.failed, row.skipped].map(String),
        row.seconds.toFixed(1),
      ]),
    ),
    "",
    ...textTable(["context", "tests", "seconds"], contextRows(outcomes, owners)),
    "",
    `${sum((row) => row.passed)} passed, ${failed} failed, ${sum((row) => row.skipped)} skipped`,
  ];
  return { lines, failed };
}

/** A row per suite. What fails without a failed test is a failure of its own. */
function rowsOf({ step, ok, files, seconds }: Outcome): Row[] {
  const told = files ?? [];
  const rows = step.suites
    .map((name) =>
      rowOf(
        name,
        told.filter(({ suite }) => suite === name),
      ),
    )
    .filter((row) => row.files > 0);
  const isTold = ok ? rows.length > 0 : rows.some(({ failed }) => failed > 0);
  if (isTold) return rows;
  const itself = { name: step.name, files: 0, passed: 0, failed: 0, skipped: 0, seconds };
  return [...rows, { ...itself, [ok ? "passed" : "failed"]: 1 }];
}

function rowOf(name: string, files: readonly FileResult[]): Row {
  const row: Row = { name, files: files.length, passed: 0, failed: 0, skipped: 0, seconds: 0 };
  for (const { tests, seconds } of files) {
    row.seconds += seconds;
    for (const { state } of tests) row[state] += 1;
  }
  return row;
}

/** Seconds of all workers together; what a file needs beside its tests is shared among them. */
function contextRows(outcomes: readonly Outcome[], owners: Owners): string[][] {
  const contexts = new Map<string, { tests: number; seconds: number }>();
  for (const { file, tests, seconds } of outcomes.flatMap(({ files }) => files ?? [])) {
    const rest = seconds - tests.reduce((total, test) => total + test.seconds, 0);
    for (const test of tests) {
      const context = contextOf(file, test.title, owners);
      const known = contexts.get(context) ?? { tests: 0, seconds: 0 };
      known.tests += 1;
      known.seconds += test.seconds + Math.max(0, rest) / tests.length;
      contexts.set(context, known);
    }
  }
  return [...contexts]
    .toSorted(([, a], [, b]) => b.seconds - a.seconds)
    .map(([name, { tests, seconds }]) => [name, String(tests), seconds.toFixed(1)]);
}
