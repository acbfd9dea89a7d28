import { agentContract, agentProblems } from "@netcheck/agents/agent.contract";
import { agentRoutes } from "@netcheck/agents/agent.routes";
import { checkContract, checkProblems } from "@netcheck/checks/check.contract";
import { checkRoutes } from "@netcheck/checks/check.routes";
import { authContract } from "@netcheck/identity/auth.contract";
import { authRoutes } from "@netcheck/identity/auth.routes";
import {
  apiKeyContract,
  auditContract,
  userContract,
  wellKnownContract,
} from "@netcheck/identity/people.contract";
import {
  apiKeyRoutes,
  auditRoutes,
  userRoutes,
  wellKnownRoutes,
} from "@netcheck/identity/people.routes";
import { identityProblems } from "@netcheck/identity/problem.contract";
import type { Chapter, Problems } from "@netcheck/kernel/contract";
import { commonProblems } from "@netcheck/kernel/problem.contract";

import { SOURCES } from "../src/docs-files.ts";
import { docsRoutes } from "../src/docs.routes.ts";
import { docsContract, platformContract } from "../src/platform.contract.ts";
import { platformRoutes } from "../src/platform.routes.ts";

/** Every code there is. */
export const PROBLEMS: Problems = {
  ...commonProblems,
  ...identityProblems,
  ...agentProblems,
  ...checkProblems,
};

/** The whole interface, in the order in which one meets it. */
export const CHAPTERS: readonly Chapter[] = [
  {
    tag: "Checks",
    about: "How a host looks from where the agents are.",
    base: "/api/v1/checks",
    routes: checkRoutes,
    operations: checkContract,
  },
  {
    tag: "Agents",
    about: "The programs that look, and what they ask for themselves.",
    base: "/api/v1/agents",
    routes: agentRoutes,
    operations: agentContract,
  },
  {
    tag: "Sign-in",
    about: "Sessions and passwords.",
    base: "/api/v1/auth",
    routes: authRoutes,
    operations: authContract,
  },
  {
    tag: "People",
    about: "Who may what: viewers read, operators check and manage agents, administrators all.",
    base: "/api/v1/users",
    routes: userRoutes,
    operations: userContract,
  },
  {
    tag: "API keys",
    about: "For programs that act for a person.",
    base: "/api/v1/api-keys",
    routes: apiKeyRoutes,
    operations: apiKeyContract,
  },
  {
    tag: "Audit",
    about: "Who did what.",
    base: "/api/v1/audit",
    routes: auditRoutes,
    operations: auditContract,
  },
  {
    tag: "Platform",
    about: "For whoever runs it, and for programs that want to know it.",
    base: "",
    routes: platformRoutes({ isOneProcess: true }),
    operations: platformContract,
  },
  {
    tag: "Platform",
    about: "",
    base: "/.well-known",
    routes: wellKnownRoutes,
    operations: wellKnownContract,
  },
  {
    tag: "Platform",
    about: "",
    base: "",
    routes: docsRoutes(SOURCES),
    operations: docsContract,
  },
];
