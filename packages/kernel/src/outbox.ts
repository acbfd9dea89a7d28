import { and, isNull, lt, sql } from "drizzle-orm";
import type * as z from "zod";

import type { Ctx, Writer, WritingCtx } from "./ctx.ts";
import type { EventType } from "./event.ts";
import { type Acting, poolOf, requireActor } from "./guard.ts";
import { newId } from "./id.ts";
import { log } from "./log.ts";
import { outbox } from "./outbox.sql.ts";
import { prepared } from "./prepared.ts";
import { within } from "./time.ts";
import { writing } from "./writing.ts";

/** An event on its way to one queue. */
export type Leaving = typeof outbox.$inferSelect;

/** A row for each queue that wants it: one that is slow or broken holds up no other. */
export function outboxRows<S extends z.ZodType>(
  ctx: WritingCtx,
  event: EventType<S>,
  data: z.input<S>,
  delaySeconds = 0,
): Leaving[] {
  const { actor, requestId } = ctx;
  const createdAt = ctx.now();
  const { type } = event;
  const what = { type, data: event.schema.parse(data), actor, requestId, delaySeconds };
  const queues = event.queue === undefined ? ctx.subscribers(type) : [event.queue];
  return queues.map((queue) => {
    return { id: newId<"event">(createdAt), queue, ...what, createdAt, sentAt: null };
  });
}

/** Sends what was just written. What the queues do not take in time is left to the repair. */
export async function sendOrLeave(acting: Acting<WritingCtx>, rows: readonly Leaving[]) {
  if (rows.length === 0) return;
  try {
    await within(2_000, send(acting, rows));
  } catch (error) {
    log.warn("outbox left to the repair", { error, events: rows.map((row) => row.id) });
  }
}

/** Sends what an earlier process could not. Returns how many rows it sent. */
export async function repairOutbox(ctx: Ctx, olderThanMs = 10_000) {
  const acting = requireActor(ctx, "system");
  const before = new Date(acting.now().getTime() - olderThanMs);
  const due = and(isNull(outbox.sentAt), lt(outbox.createdAt, before));
  const rows = await acting.db.select().from(outbox).where(due).orderBy(outbox.id).limit(500);
  if (rows.length > 0) await send(acting, rows);
  return rows.length;
}

/** Forgets what was sent a day ago and longer. Safe to repeat. */
export async function purgeOutbox(ctx: Ctx) {
  const acting = requireActor(ctx, "system");
  const before = new Date(acting.now().getTime() - 86_400_000);
  await writing(acting).delete(outbox).where(lt(outbox.sentAt, before));
}

async function send(acting: Acting<WritingCtx>, rows: readonly Leaving[]) {
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
