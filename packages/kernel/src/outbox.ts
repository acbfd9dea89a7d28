import { and, isNull, lt, sql } from "drizzle-orm";
import type * as z from "zod";

import { type Audit, type AuditEntry, entriesOf, type Unaudited, unaudited } from "./audit.ts";
import type { Ctx, Rows, Tx, Writer, WritingCtx } from "./ctx.ts";
import type { EventType } from "./event.ts";
import { type Acting, poolOf, requireActor, type Unattended } from "./guard.ts";
import { newId } from "./id.ts";
import { log } from "./log.ts";
import { outbox } from "./outbox.sql.ts";
import { prepared } from "./prepared.ts";
import { within } from "./time.ts";
import { insertOf, into, type Source, writeFrom } from "./write-from.ts";
import { writing } from "./writing.ts";

type Row = typeof outbox.$inferSelect;

const emitted = new WeakMap<Tx, Row[]>();

type Work<T> = (tx: Tx) => Promise<T>;
type Doing<T> = [work: Work<T>] | [audit: Audit<T>, work: Work<T>];

/**
 * Runs `work` in a transaction, and keeps `audit` in it; then sends what it emitted; a failure to send is
 * left to `repairOutbox`. Only agents, jobs and nobody may leave `audit` out.
 */
export function transaction<T>(acting: Acting<WritingCtx, Unattended>, work: Work<T>): Promise<T>;
export function transaction<T>(
  acting: Acting<WritingCtx>,
  audit: Audit<T>,
  work: Work<T>,
): Promise<T>;
export async function transaction<T>(acting: Acting<WritingCtx>, ...doing: Doing<T>) {
  const [audit, work] = doing.length === 1 ? [UNATTENDED, doing[0]] : doing;
  const rows: Row[] = [];
  const result = await poolOf(acting).transaction(async (tx) => {
    emitted.set(tx, rows);
    const done = await work(tx);
    for (const entry of entriesOf(audit, done)) {
      await tx.execute(insertOf(acting.auditRow(acting, entry)));
    }
    return done;
  });
  if (rows.length > 0) await sendOrLeave(acting, rows);
  return result;
}

const UNATTENDED = unaudited("no person's doing");

/**
 * The same in one statement, which is a transaction too: all is written, with the event, if `source` has
 * a row, and nothing if it has none; answers which.
 */
export async function writeAndEmit<S extends z.ZodType>(
  acting: Acting<WritingCtx>,
  audit: AuditEntry | Unaudited,
  source: Source,
  writes: readonly Rows[],
  event: EventType<S>,
  data: z.input<S>,
) {
  const rows = rowsOf(acting, event, data);
  if (rows.length > 0) acting.queue.prepare();
  const audited = entriesOf(audit, undefined).map((entry) => acting.auditRow(acting, entry));
  const all = [...writes, ...audited, into(outbox, rows)];
  const written = await writeFrom(poolOf(acting), source, all);
  if (written && rows.length > 0) await sendOrLeave(acting, rows);
  return written;
}

/** Takes a `Tx` of `transaction`, never a `Db`: an event exists exactly when its change does. */
export async function emit<S extends z.ZodType>(
  tx: Tx,
  acting: Acting<WritingCtx>,
  event: EventType<S>,
  data: z.input<S>,
  delaySeconds = 0,
) {
  const sending = emitted.get(tx);
  if (!sending) throw new Error("emit needs the transaction of kernel/outbox.");
  const rows = rowsOf(acting, event, data, delaySeconds);
  if (rows.length === 0) return;
  acting.queue.prepare();
  sending.push(...rows);
  await tx.insert(outbox).values(rows);
}

/** A row for each queue that wants it: one that is slow or broken holds up no other. */
function rowsOf<S extends z.ZodType>(
  ctx: WritingCtx,
  event: EventType<S>,
  data: z.input<S>,
  delaySeconds = 0,
): Row[] {
  const { actor, requestId } = ctx;
  const createdAt = ctx.now();
  const { type } = event;
  const what = { type, data: event.schema.parse(data), actor, requestId, delaySeconds };
  const queues = event.queue === undefined ? ctx.subscribers(type) : [event.queue];
  return queues.map((queue) => {
    return { id: newId<"event">(createdAt), queue, ...what, createdAt, sentAt: null };
  });
}

/** Sends what an earlier process could not. Returns how many rows it sent. */
export async function repairOutbox(ctx: Ctx, olderThanMs = 10_000) {
  const acting = requireActor(ctx, "system");
  const before = new Date(acting.now().getTime() - olderThanMs);
  const due = and(isNull(outbox.sentAt), lt(outbox.createdAt, before));
  const rows = await acting.db.select().from(outbox).where(due).orderBy(outbox.id).limit(500);
  await send(acting, rows);
  return rows.length;
}

/** Forgets what was sent a day ago and longer. Safe to repeat. */
export async function purgeOutbox(ctx: Ctx) {
  const acting = requireActor(ctx, "system");
  const before = new Date(acting.now().getTime() - 86_400_000);
  await writing(acting).delete(outbox).where(lt(outbox.sentAt, before));
}

async function sendOrLeave(acting: Acting<WritingCtx>, rows: readonly Row[]) {
  try {
    await within(2_000, send(acting, rows));
  } catch (error) {
    log.warn("outbox left to the repair", { error, events: rows.map((row) => row.id) });
  }
}

async function send(acting: Acting<WritingCtx>, rows: readonly Row[]) {
  if (rows.length === 0) return;
  for (const [queue, group] of Map.groupBy(rows, (row) => row.queue)) {
    await acting.queue.send(
      queue,
      group.map((row) => ({
        id: row.id,
        body: JSON.stringify({
          id: row.id,
          type: row.type,
          at: row.createdAt.toISOString(),
          requestId: row.requestId,
          actor: row.actor,
          data: row.data,
        }),
        delaySeconds: row.delaySeconds,
      })),
    );
  }
  const ids = rows.map((row) => row.id);
  const sentAt = acting.now().toISOString();
  await mark(poolOf(acting)).execute({ ids, sentAt });
}

/** Waits for no disk: a mark that a crash of Postgres takes back costs a repeat, and no more. */
const mark = prepared((db: Writer) => {
  const hurry = sql<string>`set_config('synchronous_commit', 'off', true)`.as("hurry");
  const hurried = db.$with("hurried").as(db.select({ hurry }).from(sql`(values (1)) as one`));
  const sentAt = sql`${sql.placeholder("sentAt")}::timestamptz`;
  const these = sql`${outbox.id} = any(${sql.placeholder("ids")}::uuid[])`;
  return db.with(hurried).update(outbox).set({ sentAt }).from(hurried).where(these).prepare("");
});
