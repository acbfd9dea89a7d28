import type { Unaudited } from "./audit.ts";
import type { Actor, Ctx, Writer } from "./ctx.ts";
import { type Acting, poolOf, type Unattended } from "./guard.ts";

type Statement<A extends Actor> = Acting<Pick<Ctx, "actor" | "db">, A>;

/** For single statements that write and tell nobody; a person's say why there is no record of them. */
export function writing(acting: Statement<Unattended>): Writer;
export function writing(acting: Statement<Actor>, audit: Unaudited): Writer;
export function writing(acting: Statement<Actor>): Writer {
  return poolOf(acting);
}
