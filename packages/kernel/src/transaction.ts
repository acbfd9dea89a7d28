import type * as z from "zod";

import { type Audit, type AuditEntry, entriesOf, type Unaudited, unaudited } from "./audit.ts";
import type { Rows, Tx, WritingCtx } from "./ctx.ts";
import type { EventType } from "./event.ts";
import { type Acting, poolOf, type Unattended } from "./guard.ts";
import { outbox } from "./outbox.sql.ts";
import { type Leaving, outboxRows, sendOrLeave } from "./outbox.ts";
import { always, insertOf, into, type Source, writeFrom } from "./write-from.ts";

const emitted = new WeakMap<Tx, Leaving[]>();

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
  const rows: Leaving[] = [];
  const result = await poolOf(acting).transaction(async (tx) => {
    emitted.set(tx, rows);
    const done = await work(tx);
    for (const entry of entriesOf(audit, done)) {
      await tx.execute(insertOf(acting.auditRow(acting, entry)));
    }
    return done;
  });
  await sendOrLeave(acting, rows);
  return result;
}

const UNATTENDED = unaudited("no person's doing");

/** Takes a `Tx` of `transaction`, never a `Db`: an event exists exactly when its change does. */
export async function emit<S extends z.ZodType>(
  tx: Tx,
  acting: Acting<WritingCtx>,
  event: EventType<S>,
  data: z.input<S>,
  delaySeconds = 0,
) {
  const sending = emitted.get(tx);
  if (!sending) throw new Error("emit needs the tx of kernel/transaction.");
  const rows = outboxRows(acting, event, data, delaySeconds);
  if (rows.length === 0) return;
  acting.queue.prepare();
  sending.push(...rows);
  await tx.insert(outbox).values(rows);
}

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
  const rows = outboxRows(acting, event, data);
  if (rows.length > 0) acting.queue.prepare();
  const audited = entriesOf(audit, undefined).map((entry) => acting.auditRow(acting, entry));
  const all = [...writes, ...audited, into(outbox, rows)];
  const written = await writeFrom(poolOf(acting), source, all);
  if (written) await sendOrLeave(acting, rows);
  return written;
}

/**
 * An audit entry alone, for what was refused; or with `writes` in one statement, if `source` has a row.
 * Answers whether it had.
 */
export async function writeAndRecord(
  acting: Acting<WritingCtx>,
  entry: AuditEntry,
  source: Source = always,
  writes: readonly Rows[] = [],
) {
  return await writeFrom(poolOf(acting), source, [...writes, acting.auditRow(acting, entry)]);
}
