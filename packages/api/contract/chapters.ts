import type { Routes } from "@netcheck/kernel/context";
import type { Chapter, Problems } from "@netcheck/kernel/contract";

import { ALL, type AnyContext } from "../src/contexts.ts";
import { loadRoutes } from "../src/load-routes.ts";

/** A chapter with the routes that it is about. */
export type Described = Chapter & { routes: Routes };

type Contract = { chapters: readonly Chapter[]; problems: Problems };

/** What every context promises, in the order in which one meets them: the last knows the others. */
export const CONTRACTS = await Promise.all(ALL.toReversed().map(contractOf));

/** Every code there is. */
export const PROBLEMS: Problems = Object.assign(
  {},
  ...CONTRACTS.map(({ problems }) => problems).toReversed(),
);

/** Only the build loads a contract, by its path: what is deployed knows of none. */
async function contractOf(context: AnyContext) {
  const { name, folder } = context;
  const path = `@netcheck/${folder}/context.contract`;
  const { chapters, problems } = (await import(path)) as Contract;
  const mounts = new Map((await loadRoutes([context])).map(({ base, routes }) => [base, routes]));
  const described = chapters.map((chapter): Described => {
    const routes = mounts.get(chapter.base);
    if (!routes) throw new Error(`${name} mounts nothing at ${chapter.base}.`);
    return { ...chapter, routes };
  });
  return { folder, chapters: described, problems };
}
