import type { BodyError } from "@netcheck/wire/result-word";

import { headerOf, type Answer } from "./answer.ts";
import { bodyEncodingOf } from "./http-framing.ts";
import type { RawHeaders } from "./http-header-lines.ts";
import { cleanText } from "./text.ts";

/** Enough for `MAX_CHARS` characters in UTF-8; reading stops there. */
const MAX_BYTES = 40_000;
const MAX_CHARS = 10_000;

/**
 * `error` says why the body ended before its end; the status line had arrived all the same. It is
 * `isLimited` where there is more than a check keeps.
 */
export type Body = {
  text: string;
  encoding: string;
  truncated: boolean;
  isLimited: boolean;
  error: BodyError | null;
};

/** Reads the beginning of an answer's body, until its end, the limit or the check's time. */
export function readBody(answer: Answer, signal: AbortSignal) {
  return new Promise<Body>((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let settled = false;
    const settle = (complete: boolean, error: BodyError | null) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", expired);
      const { text, whole, isLimited } = decodeBody(answer.rawHeaders, chunks);
      resolve({
        text,
        encoding: bodyEncodingOf(answer.rawHeaders),
        truncated: !complete || !whole,
        isLimited: isLimited || bytes > MAX_BYTES,
        error,
      });
    };
    const expired = () => settle(false, "timeout");
    if (signal.aborted) return expired();
    signal.addEventListener("abort", expired);
    answer.read({
      content: (chunk) => {
        if (settled) return;
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_BYTES) settle(false, null);
      },
      end: (error) => settle(error === null, error),
    });
  });
}

/** The text of a body in the charset its header names (UTF-8 if none); a compressed body is left out. */
export function decodeBody(headers: RawHeaders, chunks: readonly Buffer[]) {
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) return { text: "", whole: true, isLimited: false };
  if (bodyEncodingOf(headers) !== "identity") return { text: "", whole: false, isLimited: false };
  const decoded = decode(bytes, charsetOf(headerOf(headers, "content-type")));
  const isLimited = decoded.length > MAX_CHARS;
  return { text: cleanText(decoded, MAX_CHARS), whole: !isLimited, isLimited };
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
