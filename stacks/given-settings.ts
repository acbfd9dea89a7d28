import type { Context } from "./contexts";
import { EVERYBODYS, variableOf, WORKERS } from "./variables";

export const workerSettings = given(WORKERS);

/** Of everybody and of these contexts, as far as an operator may give it. */
export function platformSettings(of: readonly Context[]) {
  return given([...EVERYBODYS, ...of.flatMap(({ settings }) => settings)]);
}

/** What is not given keeps its default. */
function given(names: readonly string[]) {
  const values = names.flatMap((name) => {
    const value = process.env[variableOf(name)];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}
