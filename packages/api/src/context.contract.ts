import type { Chapter } from "@netcheck/kernel/contract";
import { commonProblems } from "@netcheck/kernel/problem.contract";

import { descriptionContract, docsContract, platformContract } from "./platform.contract.ts";

export const problems = commonProblems;

export const chapters: readonly Chapter[] = [
  {
    tag: "Platform",
    about: "For whoever runs it, and for programs that want to know it.",
    base: "/",
    operations: platformContract,
  },
  { tag: "Platform", about: "", base: "/openapi.json", operations: descriptionContract },
  { tag: "Platform", about: "", base: "/docs", operations: docsContract },
];
