import { createHash } from "node:crypto";

import type { Ctx, Writer } from "@netcheck/kernel/ctx";
import { invalid } from "@netcheck/kernel/fault";
import { requireActor } from "@netcheck/kernel/guard";
import { writing } from "@netcheck/kernel/writing";
import { and, eq, gt, lte } from "drizzle-orm";

import { idempotency } from "./check.sql.ts";
import type { StartedCheck } from "./started-check.ts";

const KEPT_MS = 24 * 60 * 60 * 1000;

/** 1 to 128 visible ASCII characters, as a bare word or a structured string. */
const KEY = /^[\x21-\x7e]{1,128}$/;

/** One request of one sender that must not be done twice. */
export type Attempt = Pick<typeof idempotency.$inferSelect, "actor" | "key" | "bodyHash">;

/** The header field of draft-ietf-httpapi-idempotency-key-header, if it was sent. */
export function readKey(header: string | undefined) {
  if (header === undefined || KEY.test(header)) return header;
  const detail = "A key is 1 to 128 visible ASCII characters.";
  throw invalid("request.invalid", "idempotencyKey", detail);
}

/** The same body is the same whatever the order of its keys. */
export function attemptOf({ actor, caller }: Ctx, key: string, body: unknown): Attempt {
  const bodyHash = createHash("sha256").update(canonical(body)).digest("base64url");
  return { actor: senderOf(actor, caller), key, bodyHash };
}

/** What the first attempt was answered; undefined if there was none, 422 if it asked something else. */
export async function findAnswer(
  { db, now }: Pick<Ctx, "db" | "now">,
  { actor, key, bodyHash }: Attempt,
) {
  const kept = gt(idempotency.createdAt, cutoff(now()));
  const same = and(eq(idempotency.actor, actor), eq(idempotency.key, key), kept);
  const [found] = await db.select().from(idempotency).where(same);
  if (found && found.bodyHash !== bodyHash) {
    const detail = "This Idempotency-Key was used for another request: use a new one.";
    throw invalid("checks.idempotency_mismatch", "idempotencyKey", detail);
  }
  return found?.answer;
}

/** Gives no row if another attempt has, or had, the key: waits for one that is on its way. */
export function claimKey(db: Writer, attempt: Attempt, answer: StartedCheck, createdAt: Date) {
  const row = { ...attempt, answer, createdAt };
  return db
    .insert(idempotency)
    .values(row)
    .onConflictDoUpdate({
      target: [idempotency.actor, idempotency.key],
      set: row,
      setWhere: lte(idempotency.createdAt, cutoff(createdAt)),
    })
    .returning({ key: idempotency.key });
}

/** Forgets keys after 24 h. Safe to repeat. */
export async function purgeKeys(ctx: Ctx) {
  const acting = requireActor(ctx, "system");
  const isOver = lte(idempotency.createdAt, cutoff(ctx.now()));
  await writing(acting).delete(idempotency).where(isOver);
}

function cutoff(now: Date) {
  return new Date(now.getTime() - KEPT_MS);
}

function senderOf(actor: Ctx["actor"], caller: Ctx["caller"]) {
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
      return `nobody:${caller?.network ?? "unknown"}`;
  }
}

function canonical(body: unknown) {
  return JSON.stringify(body, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
