import type { Ctx } from "./ctx.ts";

/** Loaded when it is first needed: what a context says of itself costs a start nothing. */
export type Later<T> = () => Promise<T>;

/** What is done by the clock. Safe to repeat and to run twice at once. */
export type Schedule<C extends Ctx = Ctx> = {
  name: string;
  everySeconds: number;
  /** It is given up after so long, 50 s unless said. */
  limitSeconds?: number;
  /** Asks Redis whether there is anything to do, before the database is woken; unless said, whether anybody has written. */
  asks?: Later<(ctx: C) => Promise<boolean>>;
  run: Later<(ctx: C) => Promise<unknown>>;
};
