import { chapter } from "@netcheck/kernel/contract";
import { commonProblems } from "@netcheck/kernel/problem.contract";

import { descriptionContract, docsContract, platformContract } from "./platform.contract.ts";

export const problems = commonProblems;

export const chapters = [
  chapter(
    "/",
    "Platform",
    platformContract,
    "For whoever runs it, and for programs that want to know it.",
  ),
  chapter("/openapi.json", "Platform", descriptionContract),
  chapter("/docs", "Platform", docsContract),
];
