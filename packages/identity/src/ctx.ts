import type { Ctx } from "@netcheck/kernel/ctx";

import type { Tokens } from "./token.ts";

/** What identity's verbs need beyond the common `Ctx`. */
export type IdentityCtx = Ctx & {
  tokens: Tokens;
  /** From the last refresh on. */
  sessionLifetimeSeconds: number;
  /** What is on record is kept for so many whole days at least. */
  auditRetentionDays: number;
  /** Where our pages are served from: the only origins that may use cookies. */
  origins: readonly string[];
  /** False only where `PUBLIC_URL` is plain http. */
  secureCookies: boolean;
};
