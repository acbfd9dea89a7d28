import { MAX_HEADERS } from "./head-limit.ts";
import { brokenFailure, closedFailure, failed, overflowFailure } from "./http-failure.ts";
import { codeOf } from "./text.ts";

/**
 * How an exchange in HTTP/2 ended before an answer. `isBegun`: the target has shown that it speaks
 * HTTP/2; `heardBytes` came since the request went out.
 */
export type Http2End = { error: unknown; rstCode: number; isBegun: boolean; heardBytes: number };

const ENHANCE_YOUR_CALM = 11;

/** nghttp2's codes for bytes that it does not read, and for a head in more frames than it takes. */
const NOT_READ = -505;
const TOO_MANY_CONTINUATIONS = -905;
/** More than any usual head; nghttp2 gives a header of over 64 KiB up by what its beginning says. */
const LONG_HEAD_BYTES = 4 * 1024;

/** Error codes of RFC 9113, 7, in the order of their numbers. */
const HTTP2_ERRORS = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

function endedFailure(what: "stream" | "connection", code: number) {
  const name = HTTP2_ERRORS[code] ?? `the unknown code ${code}`;
  return failed("target", "http2_failed", `The HTTP/2 ${what} ended with ${name}.`);
}

/**
 * HTTP/2 went wrong before an answer. The library's own limits look like the target's faults, so
 * that with a head long enough to have met one the target is not blamed.
 */
export function http2Failure({ error, rstCode, isBegun, heardBytes }: Http2End) {
  const errno = error instanceof Error && "errno" in error ? error.errno : undefined;
  const isTooLong =
    errno === TOO_MANY_CONTINUATIONS ||
    (errno === NOT_READ && isBegun && heardBytes > LONG_HEAD_BYTES) ||
    (rstCode === ENHANCE_YOUR_CALM && heardBytes > MAX_HEADERS);
  if (isTooLong) return overflowFailure();
  const code = codeOf(error);
  if (code === "ERR_HTTP2_STREAM_ERROR") return endedFailure("stream", rstCode);
  if (code === "ERR_HTTP2_SESSION_ERROR") return endedFailure("connection", rstCode);
  if (code === "ERR_HTTP2_ERROR")
    return failed("target", "http2_failed", "The target does not keep to the rules of HTTP/2.");
  if (code.startsWith("ERR_HTTP2_")) return closedFailure("");
  return brokenFailure(error);
}

/** The stream was closed without an error and without an answer. */
export function silentFailure(isConnectionClosed: boolean, rstCode: number) {
  return isConnectionClosed ? closedFailure("") : endedFailure("stream", rstCode);
}
