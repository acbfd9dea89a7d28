import { createHash } from "node:crypto";

import { and, eq, gt, lte } from "drizzle-orm";

import type { Ctx, WritingCtx } from "./ctx.ts";
import { conflict, invalid } from "./fault.ts";
import { type Acting, requireActor } from "./guard.ts";
import { idempotency } from "./idempotency.sql.ts";
import { networkOf } from "./network.ts";
import { always, type Source } from "./write-from.ts";
import { writing } from "./writing.ts";

const KEPT_MS = 24 * 60 * 60 * 1000;

/** One request that must not be done twice, if it came with a key. */
export type Attempt = {
  /** What is to be done, and whose codes refuse it: `checks.start` is `checks.idempotency_…`. */
  verb: `${string}.${string}`;
  key: string | undefined;
  body: unknown;
};

/** Takes the key for this answer, as part of a statement: no row if another request was first. */
export type Claim<A> = (answer: A) => Source;

type Taken = Omit<typeof idempotency.$inferSelect, "answer" | "createdAt">;

/**
 * Does `work` once for a sender's key within 24 hours. A repeat is answered what the first was; another
 * body or verb is 422. However many come at once, one is done: `work` writes only where its claim has a
 * row, and answers undefined where it has none.
 */
export async function once<A extends object>(
  acting: Acting<WritingCtx>,
  { verb, key, body }: Attempt,
  work: (claim: Claim<A>) => Promise<A | undefined>,
): Promise<A> {
  const [context = ""] = verb.split(".");
  if (key === undefined) return (await work(() => always)) ?? raced(context);
  const taken = { actor: senderOf(acting), key, verb, bodyHash: hashOf(body) };
  const first = () => findAnswer<A>(acting, taken, context);
  const claim = (answer: A) => claimKey({ ...taken, answer, createdAt: acting.now() });
  return (await first()) ?? (await work(claim)) ?? (await first()) ?? raced(context);
}

/** Forgets keys after 24 h. Safe to repeat. */
export async function purgeKeys(ctx: Ctx) {
  const acting = requireActor(ctx, "system");
  const isOver = lte(idempotency.createdAt, cutoff(acting.now()));
  await writing(acting).delete(idempotency).where(isOver);
}

async function findAnswer<A>(
  { db, now }: Acting<WritingCtx>,
  { actor, key, verb, bodyHash }: Taken,
  context: string,
) {
  const kept = gt(idempotency.createdAt, cutoff(now()));
  const same = and(eq(idempotency.actor, actor), eq(idempotency.key, key), kept);
  const [found] = await db.select().from(idempotency).where(same);
  if (!found) return undefined;
  if (found.verb === verb && found.bodyHash === bodyHash) return found.answer as A;
  const detail = "This Idempotency-Key was used for another request: use a new one.";
  throw invalid(`${context}.idempotency_mismatch`, "idempotencyKey", detail);
}

/** Waits for another request that is on its way with the key. */
function claimKey(row: typeof idempotency.$inferInsert): Source {
  const isOver = lte(idempotency.createdAt, cutoff(row.createdAt));
  const target = [idempotency.actor, idempotency.key];
  return (db) => {
    const inserted = db.insert(idempotency).values(row);
    const claimed = inserted.onConflictDoUpdate({ target, set: row, setWhere: isOver });
    return db.$with("claim").as(claimed.returning({ key: idempotency.key }));
  };
}

/** Another had the key a moment ago, and it is over by now. */
function raced(context: string): never {
  throw conflict(`${context}.idempotency_raced`, "The same request was made before. Repeat it.");
}

function cutoff(now: Date) {
  return new Date(now.getTime() - KEPT_MS);
}

function senderOf(ctx: WritingCtx) {
  const { actor } = ctx;
  switch (actor.type) {
    case "person":
      return `person:${actor.personId}`;
    case "key":
      return `key:${actor.keyId}`;
    case "agent":
      return `agent:${actor.agentId}`;
    case "system":
      return `system:${actor.job}`;
    case "nobody":
      return `nobody:${networkOf(ctx)}`;
  }
}

/** The same body is the same whatever the order of its keys. */
function hashOf(body: unknown) {
  return createHash("sha256").update(canonical(body)).digest("base64url");
}

function canonical(body: unknown) {
  return JSON.stringify(body, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
