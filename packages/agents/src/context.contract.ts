import { chapter } from "@netcheck/kernel/contract";

import { agentContract, agentProblems } from "./agent.contract.ts";

/** @public Read by `packages/api/contract`. */
export const problems = agentProblems;

/** @public Read by `packages/api/contract`. */
export const chapters = [
  chapter(
    "/api/v1/agents",
    "Agents",
    agentContract,
    "The programs that look, and what they ask for themselves.",
  ),
];
