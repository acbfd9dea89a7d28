import { reconcileBroker } from "@netcheck/agents/account";
import { repairPresence, sweepAgents } from "@netcheck/agents/presence";
import { purgeKeys } from "@netcheck/checks/idempotency";
import { makePartitions } from "@netcheck/checks/partition";
import { dropOldChecks } from "@netcheck/checks/retention";
import { purgeSessions } from "@netcheck/identity/purge";
import { purgeOutbox, repairOutbox } from "@netcheck/kernel/outbox";

import type { ApiCtx } from "./platform.ts";

type Schedule = { name: string; everySeconds: number; run: (ctx: ApiCtx) => Promise<unknown> };

/** What is done by the clock. Each is safe to repeat and to run twice at once. */
export const SCHEDULES: readonly Schedule[] = [
  { name: "outbox.repair", everySeconds: 10, run: (ctx) => repairOutbox(ctx) },
  { name: "outbox.purge", everySeconds: 3_600, run: purgeOutbox },
  { name: "agents.sweep", everySeconds: 10, run: sweepAgents },
  { name: "agents.presence", everySeconds: 60, run: repairPresence },
  { name: "agents.reconcile", everySeconds: 60, run: reconcileBroker },
  { name: "checks.partitions", everySeconds: 3_600, run: makePartitions },
  { name: "checks.retention", everySeconds: 3_600, run: dropOldChecks },
  { name: "checks.idempotency", everySeconds: 3_600, run: purgeKeys },
  { name: "identity.purge", everySeconds: 3_600, run: purgeSessions },
];
