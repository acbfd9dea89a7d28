import type { Chapter } from "@netcheck/kernel/contract";

import { checkContract, checkProblems } from "./check.contract.ts";

/** @public Read by `packages/api/contract`. */
export const problems = checkProblems;

/** @public Read by `packages/api/contract`. */
export const chapters: readonly Chapter[] = [
  {
    tag: "Checks",
    about: "How a host looks from where the agents are.",
    base: "/api/v1/checks",
    operations: checkContract,
  },
];
