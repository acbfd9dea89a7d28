import { chapter } from "@netcheck/kernel/contract";

import { apiKeyContract } from "./api-key.contract.ts";
import { auditContract } from "./audit.contract.ts";
import { authContract } from "./auth.contract.ts";
import { wellKnownContract } from "./key-set.contract.ts";
import { userContract } from "./person.contract.ts";
import { identityProblems } from "./problem.contract.ts";

/** @public Read by `packages/api/contract`. */
export const problems = identityProblems;

/** @public Read by `packages/api/contract`. */
export const chapters = [
  chapter("/api/v1/auth", "Sign-in", authContract, "Sessions and passwords."),
  chapter(
    "/api/v1/users",
    "People",
    userContract,
    "Who may what: viewers read, operators check and manage agents, administrators all.",
  ),
  chapter("/api/v1/api-keys", "API keys", apiKeyContract, "For programs that act for a person."),
  chapter("/api/v1/audit", "Audit", auditContract, "Who did what."),
  chapter("/.well-known", "Platform", wellKnownContract),
];
