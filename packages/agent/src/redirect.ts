/** Where an answer leads: on to a URL, nowhere that a check goes, or (undefined) it is the last. */
export type Redirect = { url: URL } | { refused: string };

const STATUS_CODES = new Set([301, 302, 303, 307, 308]);

/** Reads a redirect of RFC 9110, 15.4. A `Location` that nobody can follow makes the answer the last one. */
export function redirectOf(
  from: URL,
  statusCode: number | undefined,
  location: string | undefined,
): Redirect | undefined {
  if (statusCode === undefined || !STATUS_CODES.has(statusCode) || !location) return undefined;
  const url = URL.parse(location, from.href);
  if (!url || url.port === "0") return undefined;
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { refused: `The redirect leads to ${url.protocol}, which a check does not follow.` };
  url.username = "";
  url.password = "";
  url.hash = "";
  return { url };
}

/** The method after a redirect: 303 turns all but HEAD into GET, the others keep it. */
export function methodAfterRedirect(method: string, statusCode: number) {
  return statusCode === 303 && method !== "HEAD" ? "GET" : method;
}
