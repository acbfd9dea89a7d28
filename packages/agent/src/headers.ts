import { cleanText } from "./text.ts";
import { VERSION } from "./version.ts";

const MAX_NAME_CHARS = 1_000;
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

/**
 * The headers of a request by their names as the world writes them, and the check's own, as it
 * writes them, over the agent's. No compression is asked for.
 */
export function requestHeaders(url: URL, own: Record<string, string>) {
  const headers = new Map<string, readonly [name: string, value: string]>([
    ["host", ["Host", url.host]],
    ["user-agent", ["User-Agent", `Netcheck/${VERSION}`]],
    ["accept", ["Accept", "*/*"]],
    ["accept-encoding", ["Accept-Encoding", "identity"]],
  ]);
  for (const [name, value] of Object.entries(own)) {
    const key = name.toLowerCase();
    if (!OURS.has(key)) headers.set(key, [name, value]);
  }
  headers.set("connection", ["Connection", "close"]);
  return Object.fromEntries(headers.values());
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
  const headers = new Map<string, string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = cleanText(raw[i] ?? "", MAX_NAME_CHARS).toLowerCase();
    // Legal as a header, and a trap for whoever assigns by name later.
    if (name === "__proto__") continue;
    const value = cleanText(raw[i + 1] ?? "", MAX_VALUE_CHARS);
    const known = headers.get(name);
    if (known) known.push(value);
    else headers.set(name, [value]);
  }
  return Object.fromEntries(
    [...headers].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
}
