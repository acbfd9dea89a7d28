import type { Chapter } from "@netcheck/kernel/contract";

import { authContract } from "./auth.contract.ts";
import {
  apiKeyContract,
  auditContract,
  userContract,
  wellKnownContract,
} from "./people.contract.ts";
import { identityProblems } from "./problem.contract.ts";

/** @public Read by `packages/api/contract`. */
export const problems = identityProblems;

/** @public Read by `packages/api/contract`. */
export const chapters: readonly Chapter[] = [
  {
    tag: "Sign-in",
    about: "Sessions and passwords.",
    base: "/api/v1/auth",
    operations: authContract,
  },
  {
    tag: "People",
    about: "Who may what: viewers read, operators check and manage agents, administrators all.",
    base: "/api/v1/users",
    operations: userContract,
  },
  {
    tag: "API keys",
    about: "For programs that act for a person.",
    base: "/api/v1/api-keys",
    operations: apiKeyContract,
  },
  { tag: "Audit", about: "Who did what.", base: "/api/v1/audit", operations: auditContract },
  { tag: "Platform", about: "", base: "/.well-known", operations: wellKnownContract },
];
