import type { Ctx } from "@netcheck/kernel/ctx";
import type { AllowList } from "@netcheck/wire/address";

import type { Quotas } from "./budget.ts";
import type { AgentSnapshot } from "./selection.ts";

/** What the verbs of checks need beyond the common `Ctx`. */
export type ChecksCtx = Ctx & {
  /** Active agents that can run this type. */
  findCapableAgents: (ctx: Pick<Ctx, "db">, type: string) => Promise<AgentSnapshot[]>;
  /** How many agents are active, whatever they can. */
  countActiveAgents: (ctx: Pick<Ctx, "db">) => Promise<number>;
  /** Special networks that targets may be in; the agents have lists of their own. */
  targetAllow: AllowList;
  /** Whether one who is not signed in may start a check, within narrow limits, and read it. */
  anonymousChecks: boolean;
  /** How many agents may be asked in a minute. */
  checkQuotas: Quotas;
  /** Checks are kept for so many whole days at least. */
  checkRetentionDays: number;
};
