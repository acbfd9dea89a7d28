import { unaudited } from "@netcheck/kernel/audit";
import type { Ctx } from "@netcheck/kernel/ctx";
import type { Acting } from "@netcheck/kernel/guard";
import { idSchema } from "@netcheck/kernel/id";
import { networkOf } from "@netcheck/kernel/network";
import { takeFrom } from "@netcheck/kernel/rate-limit";
import { type Scope, SCOPES } from "@netcheck/kernel/scope";
import { writing } from "@netcheck/kernel/writing";
import { and, eq, isNull, lt, or } from "drizzle-orm";
import * as z from "zod";

import { apiKey, person } from "./identity.sql.ts";
import { bucketOf, redisKey } from "./redis-key.ts";
import { Ended, putEntries } from "./rights-cache.ts";

const TOUCH_SECONDS = 60;
/** Keys that Redis does not know, per network: 256 bits are not guessed, but asking costs Postgres. */
const UNKNOWN = { name: "unknown_key", most: 300, windowSeconds: 60 };

const Live = z.object({
  version: z.int(),
  role: z.enum(person.role.enumValues),
  keyId: idSchema<"key">(),
  personId: idSchema<"person">(),
  scopes: z.array(z.enum(SCOPES)),
  expiresAt: z.iso.datetime().nullable(),
});
const Cached = z.union([Ended, Live]);

type Stores = Pick<Ctx, "db" | "redis" | "now" | "caller">;

/** The entry, and whether its last use is to be written down; false when there is none. */
const READ = `
local entry = redis.call('GET', KEYS[1])
if not entry then return false end
return { entry, redis.call('SET', KEYS[2], 1, 'NX', 'EX', ARGV[1]) and 1 or 0 }`;

const Read = z.tuple([z.unknown(), z.number()]).nullable();

/**
 * What the key of this hash stands for while it and its owner are live, and whether its use is to be written
 * down; Redis first, Postgres on a miss.
 */
export async function findLiveKey(stores: Stores, hash: string) {
  const keys = [keyKey(hash), redisKey("key", hash, "used")];
  const read = Read.parse(await stores.redis.eval<number[], unknown>(READ, keys, [TOUCH_SECONDS]));
  const found = Cached.safeParse(read?.[0]).data ?? (await fill(stores, hash));
  if (found === undefined || "ended" in found) return undefined;
  if (found.expiresAt !== null && new Date(found.expiresAt) <= stores.now()) return undefined;
  return { ...found, isUseDue: read === null || read[1] === 1 };
}

/** Writes the key's last use. */
export async function touchKey(acting: Acting<Pick<Ctx, "db" | "now">>, hash: string) {
  const { now } = acting;
  const minuteAgo = new Date(now().getTime() - TOUCH_SECONDS * 1000);
  const isDue = or(isNull(apiKey.lastUsedAt), lt(apiKey.lastUsedAt, minuteAgo));
  await writing(acting, unaudited("The key's own row says when."))
    .update(apiKey)
    .set({ lastUsedAt: now() })
    .where(and(eq(apiKey.hash, hash), isDue));
}

export function keyKey(hash: string) {
  return redisKey("key", hash);
}

/** What Redis holds of a key that is not ended. */
export function keyEntry(
  { id: keyId, personId, scopes, expiresAt }: typeof apiKey.$inferSelect,
  { version, role }: Pick<typeof person.$inferSelect, "version" | "role">,
) {
  const until = expiresAt?.toISOString() ?? null;
  return { version, role, keyId, personId, scopes: scopes as Scope[], expiresAt: until };
}

async function fill(stores: Stores, hash: string) {
  const { giveBack } = await takeFrom(stores, [bucketOf(UNKNOWN, networkOf(stores))]);
  const ofLivingOwner = and(isNull(person.blockedAt), isNull(person.deletedAt));
  const [row] = await stores.db
    .select()
    .from(apiKey)
    .innerJoin(person, eq(person.id, apiKey.personId))
    .where(and(eq(apiKey.hash, hash), isNull(apiKey.revokedAt), ofLivingOwner));
  if (!row) return undefined;
  const entry = keyEntry(row.api_key, row.person);
  await giveBack();
  await putEntries(stores, [[keyKey(hash), entry]]);
  return entry;
}
