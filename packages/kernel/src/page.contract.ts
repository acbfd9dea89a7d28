import * as z from "zod";

/** A page of a list; `nextCursor` is the `cursor` of the next one. */
export function pageOf<S extends z.ZodType, C extends z.ZodType<string> = z.ZodString>(
  item: S,
  id: string,
  cursor?: C,
) {
  const nextCursor = (cursor ?? z.string()).nullable().describe("Null on the last page.");
  return z.object({ items: z.array(item), nextCursor }).meta({ id });
}

/** What a list is asked with. */
export const pageFields = {
  limit: "At most so many on a page.",
  cursor: "The `nextCursor` of the page before.",
} as const;
