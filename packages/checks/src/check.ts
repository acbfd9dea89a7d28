import { unaudited } from "@netcheck/kernel/audit";
import { notFound } from "@netcheck/kernel/fault";
import { type Id, idSchema, newId } from "@netcheck/kernel/id";
import { type Claim, once } from "@netcheck/kernel/idempotency";
import { prepared } from "@netcheck/kernel/prepared";
import { writeAndEmit } from "@netcheck/kernel/transaction";
import { into } from "@netcheck/kernel/write-from";
import type { CheckType } from "@netcheck/wire/message";
import { and, eq, sql } from "drizzle-orm";
import * as z from "zod";

import { mayRead, requireReader, requireStarter, type Starter } from "./access.ts";
import { openBudget } from "./budget.ts";
import { check, result } from "./check.sql.ts";
import { chooseAgents, type Chosen } from "./choice.ts";
import type { ChecksCtx } from "./ctx.ts";
import { CheckRequested } from "./events.ts";
import { missingOf, progressOf, viewResults } from "./progress.ts";
import { Selection } from "./selection.ts";
import { type StartedCheck, viewCheck, viewStarted } from "./started-check.ts";
import { type CheckedTarget, loadedBy, readTarget, Target } from "./target.ts";

/** Time for the request to reach an agent and for its answer to come back. */
const GRACE_MS = 10_000;

export const CheckId = idSchema<"check">();

export const StartCheck = z.strictObject({ ...Target.shape, ...Selection.shape });

/**
 * One pending row per agent asked, and the request to ask them, in one transaction. With a key a
 * repeat is answered what the first was. `limits` are the header fields that say what is left to spend.
 */
export async function startCheck(
  ctx: ChecksCtx,
  input: z.output<typeof StartCheck>,
  idempotencyKey?: string,
) {
  const starter = requireStarter(ctx);
  const selection = starter.narrow(input);
  const asked = readTarget(input, starter.targetAllow);
  const budget = openBudget(starter.acting, starter.payers, loadedBy(asked));
  if (starter.isStranger) await budget.ask();
  const attempt = { verb: "checks.start", key: idempotencyKey, body: input } as const;

  const started = await once<StartedCheck>(starter.acting, attempt, async (claim) => {
    const chosen = await chooseAgents(starter, input.type, selection);
    return await budget.pay(chosen.agents.length, () =>
      writeCheck(starter, { type: input.type, ...asked }, chosen, claim),
    );
  });
  return { check: started, limits: budget.fields() };
}

const withResults = prepared((db) => {
  const id = sql.placeholder("id");
  const both = and(eq(check.id, id), eq(result.checkId, id));
  return db.select().from(check).innerJoin(result, both).orderBy(result.agentId).prepare("");
});

/** Where it stands now: finished is a matter of its rows and the clock, written nowhere. */
export async function getCheck(ctx: ChecksCtx, id: Id<"check">) {
  const acting = requireReader(ctx);
  const found = await withResults(acting.db).execute({ id });
  const [row] = found.map((one) => one.check);
  if (!row || !mayRead(acting, row)) throw notFound("check");
  const rows = found.map((one) => one.result);
  const { summary, ...progress } = progressOf(rows, row, acting.now());
  const { status } = progress;
  const missing = missingOf(rows, status);
  return { ...viewCheck(row), ...progress, missing, summary, results: viewResults(rows, status) };
}

/** Undefined, and nothing written, if another request has the key. */
async function writeCheck(
  { acting }: Starter,
  { type, ...asked }: CheckedTarget & { type: CheckType },
  { agents, truncated }: Chosen,
  claim: Claim<StartedCheck>,
) {
  const { target, port = null, options } = asked;
  const createdAt = acting.now();
  const id = newId<"check">(createdAt);
  const deadlineAt = new Date(createdAt.getTime() + options.timeoutMs + GRACE_MS);
  const expected = agents.length;
  const what = { id, type, target, port, options };
  const row = { ...what, expected, truncated, createdBy: acting.actor, createdAt, deadlineAt };
  const awaited = agents.map((agent) => ({ checkId: id, agentId: agent.id, agent }));

  const started = viewStarted(row);
  const writes = [into(check, [row]), into(result, awaited)];
  const audit = unaudited("The check's own row says who asked.");
  const isOurs = await writeAndEmit(acting, audit, claim(started), writes, CheckRequested, {
    checkId: id,
    type,
    target,
    ...(port !== null && { port }),
    options,
    deadlineAt: deadlineAt.toISOString(),
    agentIds: agents.map((agent) => agent.id),
  });
  return isOurs ? started : undefined;
}
