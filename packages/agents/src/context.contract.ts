import type { Chapter } from "@netcheck/kernel/contract";

import { agentContract, agentProblems } from "./agent.contract.ts";

/** @public Read by `packages/api/contract`. */
export const problems = agentProblems;

/** @public Read by `packages/api/contract`. */
export const chapters: readonly Chapter[] = [
  {
    tag: "Agents",
    about: "The programs that look, and what they ask for themselves.",
    base: "/api/v1/agents",
    operations: agentContract,
  },
];
