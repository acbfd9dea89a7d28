import { unaudited } from "@netcheck/kernel/audit";
import type { Writer } from "@netcheck/kernel/ctx";
import { conflict, invalid, notFound } from "@netcheck/kernel/fault";
import type { Acting } from "@netcheck/kernel/guard";
import { type Id, idSchema, newId } from "@netcheck/kernel/id";
import { writeAndEmit } from "@netcheck/kernel/outbox";
import { isMissing } from "@netcheck/kernel/postgres";
import { prepared } from "@netcheck/kernel/prepared";
import { and, eq, sql } from "drizzle-orm";
import * as z from "zod";

import { mayRead, narrowed, requireReader, requireStarter } from "./access.ts";
import { openBudget } from "./budget.ts";
import { check, result } from "./check.sql.ts";
import type { ChecksCtx } from "./ctx.ts";
import { CheckRequested } from "./events.ts";
import { type Attempt, attemptOf, claimKey, findAnswer } from "./idempotency.ts";
import { missingOf, progressOf, viewResults } from "./progress.ts";
import { type AgentSnapshot, selectAgents, Selection } from "./selection.ts";
import { viewCheck, viewStarted } from "./started-check.ts";
import { loadedBy, readTarget, Target } from "./target.ts";

/** Time for the request to reach an agent and for its answer to come back. */
const GRACE_MS = 10_000;

export const CheckId = idSchema<"check">();

export const StartCheck = z.strictObject({ ...Target.shape, ...Selection.shape });

type Row = typeof check.$inferSelect;

/**
 * One pending row per agent asked, and the request to ask them, in one transaction. With a key a
 * repeat is answered what the first was. `limits` are the header fields that say what is left to spend.
 */
export async function startCheck(
  ctx: ChecksCtx,
  input: z.output<typeof StartCheck>,
  idempotencyKey?: string,
) {
  const acting = requireStarter(ctx);
  const { actor: createdBy } = acting;
  const { type } = input;
  const { selection, targetAllow } = narrowed(ctx, input);
  const asked = readTarget(input, targetAllow);
  const budget = openBudget(ctx, loadedBy(asked));
  if (createdBy.type === "nobody") await budget.ask();
  const attempt = idempotencyKey === undefined ? undefined : attemptOf(ctx, idempotencyKey, input);
  const earlier = attempt && (await findAnswer(acting, attempt));
  if (earlier) return { check: earlier, limits: {} };

  try {
    const { agents, truncated } = selectAgents(await ctx.findCapableAgents(ctx, type), selection);
    if (agents.length === 0) {
      throw invalid("checks.no_agents", "locations", "No active agent fits this check.");
    }
    await budget.take(agents.length);

    const createdAt = ctx.now();
    const id = newId<"check">(createdAt);
    const deadlineAt = new Date(createdAt.getTime() + asked.options.timeoutMs + GRACE_MS);
    const expected = agents.length;
    const { target, port = null, options } = asked;
    const what = { id, type, target, port, options };
    const row = { ...what, expected, truncated, createdBy, createdAt, deadlineAt };
    const isOurs = await writeCheck(acting, row, agents, attempt);
    if (isOurs) return { check: viewStarted(row), limits: budget.fields() };
  } catch (error) {
    await budget.giveBack();
    throw error;
  }
  await budget.giveBack();
  return { check: await answerOfTheOther(acting, attempt), limits: {} };
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
  const { summary, ...progress } = progressOf(rows, row, ctx.now());
  const { status } = progress;
  const missing = missingOf(rows, status);
  return { ...viewCheck(row), ...progress, missing, summary, results: viewResults(rows, status) };
}

/** False, and nothing written, if another request with the same key was first. */
async function writeCheck(
  acting: Acting<ChecksCtx>,
  row: Row,
  agents: readonly AgentSnapshot[],
  attempt: Attempt | undefined,
) {
  const { id, type, target, port, options, createdAt, deadlineAt } = row;
  const rows = agents.map((agent) => ({ checkId: id, agentId: agent.id, agent }));
  const audit = unaudited("The check's own row says who asked.");
  const writes = (db: Writer) => {
    const answer = viewStarted(row);
    const claim = attempt && db.$with("claim").as(claimKey(db, attempt, answer, createdAt));
    const expected = claim ? sql`(select ${row.expected}::integer from claim)` : row.expected;
    const written = db.$with("written").as(db.insert(check).values({ ...row, expected }));
    const awaited = db.$with("awaited").as(db.insert(result).values(rows));
    return [...(claim ? [claim] : []), written, awaited];
  };
  try {
    await writeAndEmit(acting, audit, writes, CheckRequested, {
      checkId: id,
      type,
      target,
      ...(port !== null && { port }),
      options,
      deadlineAt: deadlineAt.toISOString(),
      agentIds: agents.map((agent) => agent.id),
    });
  } catch (error) {
    if (isMissing(error, "expected")) return false;
    throw error;
  }
  return true;
}

async function answerOfTheOther(acting: Acting<ChecksCtx>, attempt: Attempt | undefined) {
  const answer = attempt && (await findAnswer(acting, attempt));
  if (!answer)
    throw conflict("checks.idempotency_raced", "The same request was made before. Repeat it.");
  return answer;
}
