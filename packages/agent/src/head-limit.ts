/** Largest head of an answer that is read, interim answers included, as curl's; more is `header_overflow`. */
export const MAX_HEAD_BYTES = 300 * 1024;
export const MAX_LINE_BYTES = 100 * 1024;
export const MAX_HEADERS = 20_000;
