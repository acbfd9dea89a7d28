import * as z from "zod";

import { Fault } from "./fault.ts";
import { type Id, idSchema } from "./id.ts";

/** How lists are asked for: at most 100 at a time, on from the `nextCursor` of the page before. */
export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(64).optional(),
});

/** Throws `malformed` for what no page ever gave out. */
export function readCursor<Noun extends string>(cursor: string | undefined): Id<Noun> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = idSchema<Noun>().safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new Fault("malformed", "request.cursor", "No page gave this cursor out.");
}

/** A page of rows that were read with one more than `limit`; `nextCursor` is null on the last. */
export function pageOf<Row, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
  idOf: (row: Row) => string,
) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = last !== undefined && rows.length > limit ? idOf(last) : null;
  return { items: page.map(view), nextCursor };
}
