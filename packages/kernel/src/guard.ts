import type { Actor, Ctx, Db } from "./ctx.ts";
import { forbidden, unauthenticated } from "./fault.ts";
import type { Scope } from "./scope.ts";

/** Its member is private, so that nothing but a guard makes one: neither a literal nor a spread has it. */
declare class Guarded<A extends Actor> {
  private readonly by: A;
}

/** What a guard returns: the same `ctx`, and who acts. Whatever writes takes it. */
export type Acting<C extends object = Ctx, A extends Actor = Actor> = C & {
  readonly actor: A;
} & Guarded<A>;

export type ActorOf<T extends Actor["type"]> = Extract<Actor, { type: T }>;

/** Who is not asked for an audit entry: nobody in particular, and what is no person's doing. */
export type Unattended = ActorOf<"agent" | "system" | "nobody">;

type Asked = Pick<Ctx, "actor">;

/** Who acts, if they hold the scope. Our own jobs hold every scope. */
export function requireScope<C extends Asked>(ctx: C, scope: Scope) {
  const { actor } = ctx;
  if (actor.type === "agent" || actor.type === "nobody") throw unauthenticated();
  if (actor.type !== "system" && !actor.scopes.includes(scope)) throw forbidden(scope);
  return actAs(ctx, actor);
}

/** Who acts, if it is one of these kinds; a stranger is told to authenticate. */
export function requireActor<C extends Asked, T extends Actor["type"]>(ctx: C, ...types: T[]) {
  const { actor } = ctx;
  if (!isActor(actor, types)) throw unauthenticated();
  return actAs(ctx, actor);
}

/**
 * For those who prove who they are by what they bring: a password, a token, a secret. Only the files that
 * look at such proofs may call it; the linter has the list.
 */
export function actAs<C extends object, A extends Actor>(ctx: C, actor: A) {
  const acting = "actor" in ctx && ctx.actor === actor ? ctx : { ...ctx, actor };
  return acting as Acting<C, A>;
}

/** Whoever brings a proof, before it is looked at. For the same files. */
export function asStranger<C extends object>(ctx: C) {
  return actAs(ctx, { type: "nobody" } as const);
}

/** The whole pool behind `db`, for kernel's own ways to it. */
export function poolOf({ db }: Pick<Ctx, "db">) {
  return db as Db;
}

function isActor<T extends Actor["type"]>(actor: Actor, types: readonly T[]): actor is ActorOf<T> {
  return types.some((type) => type === actor.type);
}
