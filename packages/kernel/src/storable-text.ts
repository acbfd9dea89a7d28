/**
 * Where in a value, as `path.to.it`, there is text that Postgres does not take: NUL, or half of a
 * surrogate pair. Everything else that JSON can say it stores.
 */
export function unstorableIn(whole: unknown, at: string): string[] {
  const found: string[] = [];
  // No recursion: how deep it nests is up to the caller.
  const open: [value: unknown, at: string][] = [[whole, at]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, place] = next;
    if (typeof value === "string" && !isStorable(value)) found.push(place);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value).toReversed()) {
      if (isStorable(key)) open.push([inner, `${place}.${key}`]);
      else found.push(place);
    }
  }
  return found;
}

function isStorable(text: string) {
  return !text.includes("\0") && text.isWellFormed();
}
