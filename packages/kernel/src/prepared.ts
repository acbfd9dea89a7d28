import type { Reader } from "./ctx.ts";

/**
 * A query that is built once for each database: of a short one that is a third of its cost here. Prepare
 * it under the name "", which leaves nothing behind in a connection that a pooler may hand to others.
 * One that writes says so: `(db: Writer) => …`, and is run on what `writing` gives.
 */
export function prepared<T, D extends Reader = Reader>(build: (db: D) => T) {
  const built = new WeakMap<D, T>();
  return (db: D) => {
    const known = built.get(db) ?? build(db);
    built.set(db, known);
    return known;
  };
}
