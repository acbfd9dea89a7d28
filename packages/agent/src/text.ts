/**
 * Text of a stranger made fit for JSON and for PostgreSQL's jsonb, which refuses U+0000 and lone
 * surrogates, cut to `max` UTF-16 units without splitting a pair.
 */
export function cleanText(text: string, max: number) {
  return text.slice(0, max).toWellFormed().replaceAll("\0", "\ufffd");
}

/** What an unknown thrown value says. */
export function messageOf(error: unknown) {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system or library error, or an empty string. */
export function codeOf(error: unknown) {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return String(error.code);
}
