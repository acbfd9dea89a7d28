import type { Chapter } from "@netcheck/kernel/contract";

import { checkContract, checkProblems } from "./check.contract.ts";

export const problems = checkProblems;

export const chapters: readonly Chapter[] = [
  {
    tag: "Checks",
    about: "How a host looks from where the agents are.",
    base: "/api/v1/checks",
    operations: checkContract,
  },
];
