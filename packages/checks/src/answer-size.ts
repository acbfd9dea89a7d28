/**
 * Lambda's answer ends at 6 MB, in which the body is a JSON string once more: a quotation mark that a
 * target sent costs four bytes. A hundred agents answer at most, each with a name and an error besides.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_RESULT_BYTES = 32 * 1024;
const MAX_PAGE_BYTES = 5_000_000;

/** Of each text, list and object in a result, from generous to almost nothing. */
const LIMITS = [
  { chars: 8_000, items: 1_000 },
  { chars: 5_000, items: 500 },
  { chars: 2_000, items: 100 },
  { chars: 500, items: 50 },
  { chars: 100, items: 10 },
] as const;

type Result = Readonly<Record<string, unknown>>;
type Limit = (typeof LIMITS)[number];

/** A result that leaves room for the others: what is long in it is shortened, and `truncated` says so. */
export function fitted(result: Result): Result {
  if (fits(result)) return result;
  for (const limit of LIMITS) {
    const shorter = { ...shortenedObject(result, limit), truncated: true };
    if (fits(shorter)) return shorter;
  }
  return { truncated: true };
}

/** As many of the first as one answer holds, one at least. */
export function pageThatFits<T>(items: readonly T[]): T[] {
  let bytes = 0;
  const fitting = items.findIndex((item, i) => {
    bytes += bytesAtMost(JSON.stringify(item));
    return i > 0 && bytes > MAX_PAGE_BYTES;
  });
  return fitting === -1 ? [...items] : items.slice(0, fitting);
}

function fits(result: Result) {
  const json = JSON.stringify(result);
  if (bytesAtMost(json) <= MAX_RESULT_BYTES) return true;
  return Buffer.byteLength(JSON.stringify(json)) <= MAX_RESULT_BYTES;
}

/** In the string that an answer is: of JSON, no character takes more than three bytes there. */
function bytesAtMost(json: string) {
  return json.length * 3;
}

function shortened(value: unknown, limit: Limit): unknown {
  if (typeof value === "string") return value.slice(0, limit.chars);
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) return shortenedObject(value, limit);
  return value.slice(0, limit.items).map((one) => shortened(one, limit));
}

function shortenedObject(value: object, limit: Limit) {
  const kept = Object.entries(value).filter(([key]) => key.length <= limit.chars);
  return Object.fromEntries(
    kept.slice(0, limit.items).map(([key, inner]) => [key, shortened(inner, limit)]),
  );
}
