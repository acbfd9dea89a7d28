/** How deep a result may nest; the deepest that our own types need is four. */
const MAX_DEPTH = 32;

const LOWEST_MS = Date.parse("0001-01-01T00:00:00Z");
const HIGHEST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * A result that everybody after us can read: what is nested too deep, for a stack somewhere, is cut
 * off, and `truncated` says so. Anything else is kept as it is.
 */
export function bounded(result: Readonly<Record<string, unknown>>) {
  if (!isDeeper(result, MAX_DEPTH)) return result;
  return { ...cut(result, MAX_DEPTH), truncated: true };
}

/** Null for an instant that the calendar of Postgres, or of a reader, does not have. */
export function storableInstant(text: string) {
  const ms = Date.parse(text);
  return ms >= LOWEST_MS && ms <= HIGHEST_MS ? new Date(ms).toISOString() : null;
}

/** Postgres takes neither NUL nor half a surrogate pair, and agents repeat what targets say. */
export function storableJson(value: unknown) {
  const json = JSON.stringify(value);
  return json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][\da-f]{2})/gi, "$1\ufffd");
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

function cut(value: object, depth: number): object {
  if (Array.isArray(value)) return value.map((inner) => cutInner(inner, depth));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, cutInner(inner, depth)]));
}

function cutInner(value: unknown, depth: number) {
  if (typeof value !== "object" || value === null) return value;
  return depth === 1 ? null : cut(value, depth - 1);
}
