import { expect, it } from "vitest";

import { unaudited } from "./audit.ts";
import type { Actor, Ctx, Writer } from "./ctx.ts";
import type { EventType } from "./event.ts";
import { type Acting, actAs, type ActorOf, requireActor, requireScope } from "./guard.ts";
import { outbox } from "./outbox.sql.ts";
import { emit, transaction, writeAndEmit } from "./transaction.ts";
import { writing } from "./writing.ts";

const person = {
  type: "person",
  personId: "p",
  sessionId: "s",
  scopes: ["checks:read"],
} as unknown as ActorOf<"person">;

const as = (actor: Actor) => ({ actor });

it("[KRN-15] a guard returns the ctx it was given, for who acts", () => {
  const ctx = as(person);
  expect(requireScope(ctx, "checks:read")).toBe(ctx);
  expect(requireActor(ctx, "agent", "person")).toBe(ctx);
  expect(() => requireScope(ctx, "people:write")).toThrow("people:write");
  expect(() => requireActor(ctx, "agent", "key")).toThrow("Sign in");
  expect(() => requireScope(as({ type: "nobody" }), "checks:read")).toThrow("Sign in");
});

it("[KRN-15] who proves it acts in another ctx, and the one given stays nobody's", () => {
  const ctx = { ...as({ type: "nobody" }), requestId: "r" };
  expect(actAs(ctx, person)).toEqual({ actor: person, requestId: "r" });
  expect(ctx.actor).toEqual({ type: "nobody" });
});

type Person = Acting<Ctx, ActorOf<"person">>;
type Job = Acting<Ctx, ActorOf<"system">>;

/** Never run: what does not compile here is the rule. */
export const refused = {
  writesWithoutGuard: (ctx: Ctx) => {
    // @ts-expect-error A ctx reads.
    ctx.db.insert(outbox);
    // @ts-expect-error A ctx reads.
    ctx.db.with().delete(outbox);
    // @ts-expect-error A ctx reads.
    void ctx.db.execute("vacuum");
    // @ts-expect-error A ctx has no transaction of its own.
    void ctx.db.transaction(() => Promise.resolve());
    // @ts-expect-error No guard was asked.
    void transaction(ctx, unaudited("none"), () => Promise.resolve());
    // @ts-expect-error No guard was asked.
    writing(ctx, unaudited("none"));
  },
  writesWithoutRecord: (acting: Person, writes: (db: Writer) => [], event: EventType) => {
    // @ts-expect-error A guard's answer reads too; writing is said.
    acting.db.insert(outbox);
    // @ts-expect-error A person's change is recorded, or says why not.
    void transaction(acting, () => Promise.resolve());
    // @ts-expect-error A person's change is recorded, or says why not.
    void writeAndEmit(acting, writes, event, {});
    // @ts-expect-error A person's change is recorded, or says why not.
    writing(acting);
    const changed = (isChanged: boolean) => isChanged && entry;
    // @ts-expect-error The record goes by what came of the work.
    void transaction(acting, changed, () => Promise.resolve("done"));
    void transaction(acting, entry, () => Promise.resolve());
    writing(acting, unaudited("none"));
  },
  forgesWhatAGuardReturns: (
    ctx: Ctx,
    acting: Person,
    job: Job,
    rest: Omit<Person, "actor">,
  ): Person[] => [
    // @ts-expect-error A guard was not asked.
    { ...ctx, actor: person },
    // @ts-expect-error What the guard returned was for somebody else.
    { ...rest, actor: person },
    // @ts-expect-error A job is no person.
    job,
    acting,
  ],
  runsAVerbInATransaction: (job: Job, ctx: Ctx) =>
    transaction(job, async (tx) => {
      // @ts-expect-error A transaction is no pool.
      const inside: Ctx = { ...ctx, db: tx };
      // @ts-expect-error An event needs a guard too.
      await emit(tx, inside, { type: "t", queue: "letters", schema: inside }, {});
    }),
};

const entry = { action: "thing.changed", subjectId: null } as const;
