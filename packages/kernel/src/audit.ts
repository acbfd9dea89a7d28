/** Who did it, when and from where is known: this is what was done, and to which thing. */
export type AuditEntry = {
  action: `${string}.${string}`;
  subjectId: string | null;
  details?: Record<string, unknown> | undefined;
};

export type Unaudited = { unaudited: string };

/** What a transaction leaves on record: known before, or told by what came of it. */
export type Audit<T> =
  | AuditEntry
  | Unaudited
  | ((result: T) => AuditEntry | readonly AuditEntry[] | false);

/** For what a person or a key changes and no record is kept of, with the reason. */
export function unaudited(reason: string): Unaudited {
  return { unaudited: reason };
}

export function entriesOf<T>(audit: Audit<T>, result: T): readonly AuditEntry[] {
  const said = typeof audit === "function" ? audit(result) : audit;
  if (said === false || "unaudited" in said) return [];
  return [said].flat();
}
