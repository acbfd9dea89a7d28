import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

import { forbidden, unauthenticated } from "./fault.ts";
import type { Id } from "./id.ts";
import type { Queue } from "./queue.ts";
import type { Redis } from "./redis.ts";

/** The pool. A `Tx` is not assignable to it, so no verb can run inside another's transaction. */
export type Db = PgDatabase<PgQueryResultHKT, Record<string, never>> & { $client: object };
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

export type Scope =
  | "checks:read"
  | "checks:write"
  | "agents:read"
  | "metrics:read"
  | "agents:write"
  | "people:write";

export type Actor =
  | { type: "person"; personId: Id<"person">; sessionId: Id<"session">; scopes: readonly Scope[] }
  | { type: "key"; keyId: Id<"key">; personId: Id<"person">; scopes: readonly Scope[] }
  | { type: "agent"; agentId: Id<"agent"> }
  | { type: "system"; job: string }
  | { type: "nobody" };

/** Who is at the other end of the connection, as far as the transport can tell. */
export type Caller = {
  address: string;
  /** What limits count: the address, and of IPv6 its /64, which one host has whole. */
  network: string;
  userAgent: string | undefined;
};

/** What a verb may touch. Everything else it needs is an argument. */
export type Ctx = {
  actor: Actor;
  db: Db;
  redis: Redis;
  queue: Queue;
  now: () => Date;
  requestId: string;
  /** Undefined for our own jobs. */
  caller: Caller | undefined;
};

type ActorOf<T extends Actor["type"]> = Extract<Actor, { type: T }>;

/** Who acts, if they hold the scope. Our own jobs hold every scope. */
export function requireScope(ctx: Pick<Ctx, "actor">, scope: Scope) {
  const { actor } = ctx;
  if (actor.type === "system") return actor;
  if (actor.type !== "person" && actor.type !== "key") throw unauthenticated();
  if (!actor.scopes.includes(scope)) throw forbidden(scope);
  return actor;
}

/** Who acts, if it is one of these kinds; a stranger is told to authenticate. */
export function requireActor<T extends Actor["type"]>(ctx: Pick<Ctx, "actor">, type: T) {
  if (!isActor(ctx.actor, type)) throw unauthenticated();
  return ctx.actor;
}

function isActor<T extends Actor["type"]>(actor: Actor, type: T): actor is ActorOf<T> {
  return actor.type === type;
}
