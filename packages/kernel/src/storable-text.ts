/**
 * Where in a value, as `path.to.it`, there is text that Postgres does not take: NUL, or half of a
 * surrogate pair. Everything else that JSON can say it stores.
 */
export function unstorableIn(value: unknown, at: string): string[] {
  if (typeof value === "string") return isStorable(value) ? [] : [at];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    isStorable(key) ? unstorableIn(inner, `${at}.${key}`) : [at],
  );
}

function isStorable(text: string) {
  return !text.includes("\0") && text.isWellFormed();
}
