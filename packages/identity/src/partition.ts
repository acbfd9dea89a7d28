import type { Kept } from "@netcheck/kernel/retention";

import type { IdentityCtx } from "./ctx.ts";
import { audit } from "./identity.sql.ts";

export const PARTITIONS: Kept<IdentityCtx> = {
  name: "identity",
  width: "month",
  ahead: 2,
  cuts: [audit.id],
  keptDays: ({ auditRetentionDays }) => auditRetentionDays,
};
