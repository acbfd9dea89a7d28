import type { Ctx } from "./ctx.ts";

/** Who limits count where no name is proven: the network that asks, as `Caller` has it. Our own jobs have none. */
export function networkOf({ caller }: Pick<Ctx, "caller">) {
  return caller?.network ?? "none";
}
