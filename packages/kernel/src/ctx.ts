import type { PgDatabase, PgQueryResultHKT, PgTable } from "drizzle-orm/pg-core";

import type { AuditEntry } from "./audit.ts";
import type { Id } from "./id.ts";
import type { Queue } from "./queue.ts";
import type { Redis } from "./redis.ts";
import type { Scope } from "./scope.ts";

/** The pool. A `Tx` is not assignable to it, so no verb can run inside another's transaction. */
export type Db = PgDatabase<PgQueryResultHKT, Record<string, never>> & { $client: object };
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

type Select = "select" | "selectDistinct" | "selectDistinctOn";

/** The pool for those who read. What writes is reached with what a guard returned: `kernel/transaction`. */
export type Reader = Pick<Db, Select | "$count" | "$with" | "$client"> & {
  with: (...queries: Parameters<Db["with"]>) => Pick<ReturnType<Db["with"]>, Select>;
};

/** The pool for single statements that write. */
export type Writer = Omit<Db, "transaction">;

/** Rows that are to be written, as `into` makes them. What they leave out is null. */
export type Rows = { table: PgTable; json: string };

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
  db: Reader;
  redis: Redis;
  queue: Queue;
  /** The queues of those who want to hear of this type of event. */
  subscribers: (eventType: string) => readonly string[];
  now: () => Date;
  requestId: string;
  /** Undefined for our own jobs. */
  caller: Caller | undefined;
  /** The row that keeps who did what, for the transaction that does it. */
  auditRow: (ctx: Recorder, entry: AuditEntry) => Rows;
};

/** What an audit entry says beside itself. */
export type Recorder = Pick<Ctx, "actor" | "caller" | "now" | "requestId">;

/** What writing takes. */
export type WritingCtx = Omit<Ctx, "redis">;
