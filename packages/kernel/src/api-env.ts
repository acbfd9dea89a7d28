import type { Actor, Ctx } from "./ctx.ts";

/** A context's routes see the `ctx` their verbs need; the app makes one that satisfies all. */
export type ApiEnv<C extends Ctx = Ctx> = {
  Variables: {
    ctx: C;
    /** Who asks, by the credentials that came along; those that open nothing are refused. */
    identify: () => Promise<Actor>;
  };
};
