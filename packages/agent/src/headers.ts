import { cleanText } from "./text.ts";
import { VERSION } from "./version.ts";

const MAX_VALUE_CHARS = 10_000;

/** These belong to the connection or to the framing of a request, which are the agent's. */
const OURS = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** These are for the origin that the check named, and not for where it redirects to. */
const FOR_ORIGIN_ONLY = new Set(["authorization", "cookie", "host", "proxy-authorization"]);

/** The headers of a request: the check's own over the agent's. No compression is asked for. */
export function requestHeaders(url: URL, own: Record<string, string>) {
  const headers: Record<string, string> = {
    host: url.host,
    "user-agent": `Netcheck/${VERSION}`,
    accept: "*/*",
    "accept-encoding": "identity",
  };
  for (const [name, value] of Object.entries(own)) {
    const key = name.toLowerCase();
    if (!OURS.has(key)) headers[key] = value;
  }
  headers["connection"] = "close";
  return headers;
}

/** The check's own headers that may follow a redirect from one URL to the next. */
export function headersAfterRedirect(from: URL, to: URL, own: Record<string, string>) {
  if (from.origin === to.origin) return own;
  return Object.fromEntries(
    Object.entries(own).filter(([name]) => !FOR_ORIGIN_ONLY.has(name.toLowerCase())),
  );
}

/** An answer's headers by lower-case name, in a list where a name came more than once. */
export function answerHeaders(raw: readonly string[]) {
  const headers = new Map<string, string | string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? "").toLowerCase();
    // Legal as a header, and a trap for whoever assigns by name later.
    if (name === "__proto__") continue;
    const value = cleanText(raw[i + 1] ?? "", MAX_VALUE_CHARS);
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : [known, value].flat());
  }
  return Object.fromEntries(headers);
}
