import { chapter } from "@netcheck/kernel/contract";

import { checkContract, checkProblems } from "./check.contract.ts";

/** @public Read by `packages/api/contract`. */
export const problems = checkProblems;

/** @public Read by `packages/api/contract`. */
export const chapters = [
  chapter("/api/v1/checks", "Checks", checkContract, "How a host looks from where the agents are."),
];
