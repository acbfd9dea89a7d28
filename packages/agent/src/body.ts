import type { Answer } from "./answer.ts";
import { cleanText } from "./text.ts";

/** Enough for `MAX_CHARS` characters in UTF-8; reading stops there. */
const MAX_BYTES = 40_000;
const MAX_CHARS = 10_000;

/** `error` says why the body ended before its end; the status line had arrived all the same. */
export type Body = { text: string; truncated: boolean; error: "reset" | "timeout" | null };

/** Reads the beginning of an answer's body, until its end, the limit or the check's time. */
export function readBody({ statusCode, headers, body }: Answer, signal: AbortSignal) {
  return new Promise<Body>((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let settled = false;
    const settle = (complete: boolean, error: Body["error"]) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", expired);
      const { text, whole } = decodeBody(headers, chunks);
      resolve({ text, truncated: !complete || !whole, error });
    };
    const expired = () => settle(false, "timeout");
    // 101 has no body, and its stream never ends.
    if (statusCode === 101) return settle(true, null);
    if (signal.aborted) return expired();
    signal.addEventListener("abort", expired);
    body.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES) settle(false, null);
    });
    body.once("end", () => settle(true, null));
    body.on("error", () => settle(false, "reset"));
    body.once("close", () => settle(false, "reset"));
  });
}

type BodyHeaders = Pick<Answer["headers"], "content-type" | "content-encoding">;

/** The text of a body in the charset its header names (UTF-8 if none); a compressed body is left out. */
export function decodeBody(headers: BodyHeaders, chunks: readonly Buffer[]) {
  const [first] = chunks;
  if (!first) return { text: "", whole: true };
  const encoding = headers["content-encoding"]?.trim().toLowerCase();
  if (encoding && encoding !== "identity") return { text: "", whole: false };
  const bytes = chunks.length === 1 ? first : Buffer.concat(chunks);
  const decoded = decode(bytes, charsetOf(headers["content-type"]));
  return { text: cleanText(decoded, MAX_CHARS), whole: decoded.length <= MAX_CHARS };
}

function charsetOf(contentType = "") {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? "utf-8";
}

function decode(bytes: Buffer, charset: string) {
  if (charset === "utf-8" || charset === "utf8") return bytes.toString("utf8");
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // A charset nobody knows: a stranger's label is no reason to lose the text.
    return bytes.toString("utf8");
  }
}
