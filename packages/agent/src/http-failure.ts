import type { Blame, FailureCode } from "@netcheck/wire/failure";

import { failure, type Failure } from "./failure.ts";
import type { Unreadable } from "./http-head.ts";
import { beginsStatusLine } from "./http-status-line.ts";
import { codeOf } from "./text.ts";
import { toldByTls } from "./tls-failure.ts";

/** The connection stood, and broke before an answer was read. */
export function brokenFailure(error: unknown): Failure {
  const code = codeOf(error);
  if (code === "ECONNRESET" || code === "EPIPE")
    return failed("target", "reset", "The target reset the connection before it answered.");
  if (code === "ETIMEDOUT")
    return failed("path", "timeout", "The connection died: what was sent is not acknowledged.");
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH")
    return failed("path", "unreachable", "The way to the target broke off before it answered.");
  const told = toldByTls(error);
  if (told) return failed(told.failureSource, told.code, told.message);
  return failed("agent", "no_answer", `The connection broke before an answer (${code || "?"}).`);
}

/** The error of a connection that was lost without one of its own. */
export function resetError() {
  return Object.assign(new Error("reset"), { code: "ECONNRESET" });
}

/** The connection was closed in good order before an answer; `firstLine` is what came of one, or empty. */
export function closedFailure(firstLine: string): Failure {
  if (firstLine === "")
    return failed("target", "closed", "The target closed the connection without an answer.");
  if (!beginsStatusLine(firstLine)) return unreadableFailure("no_status_line", firstLine);
  const message = `The target closed the connection after ${quote(firstLine)}.`;
  return failed("target", "closed", message);
}

/** Time ran out; with a first byte the answer had begun. */
export function lateFailure(firstByteMs: number | null): Failure {
  const message =
    firstByteMs === null
      ? "The target took the request, and no answer began in time."
      : "The answer began, and its head was not whole in time.";
  return failed("target", "timeout", message);
}

/** Something came that is read as no answer. */
export function unreadableFailure(why: Unreadable, firstLine: string): Failure {
  if (why === "overflow") return overflowFailure();
  if (why === "nul")
    return failed(
      "target",
      "not_http",
      "The head of the answer holds a NUL byte: no client reads it.",
    );
  return failed(
    "target",
    "not_http",
    `The target does not speak HTTP here: ${tongueOf(firstLine)}.`,
  );
}

/** How a record begins (RFC 8446, 5.1), and the type of a frame in its fourth byte (RFC 9113, 4.1). */
const TLS_TYPES = { first: 20, last: 23 };
const TLS_VERSION = 3;
const HTTP2_SETTINGS = 4;

function tongueOf(firstLine: string) {
  const bytes = Buffer.from(firstLine, "latin1");
  const [type = 0, version] = bytes;
  if (type >= TLS_TYPES.first && type <= TLS_TYPES.last && version === TLS_VERSION)
    return "it speaks TLS, so ask with https";
  if (type === 0 && version === 0 && bytes[3] === HTTP2_SETTINGS)
    return "it speaks HTTP/2 without TLS";
  return `it said ${quote(firstLine)}`;
}

/** What this agent does not read for its size says nothing of the target. */
export function overflowFailure(): Failure {
  const message = "The head of the answer is larger than this agent reads.";
  return failed("agent", "header_overflow", message);
}

/** A failure of the phase in which an answer is waited for. */
export function failed<C extends FailureCode<"firstByte">>(
  source: Blame<"firstByte", C>,
  code: C,
  message: string,
) {
  return failure(source, "firstByte", code, message);
}

function quote(line: string) {
  return `"${printable(line).slice(0, 100)}"`;
}

/** A stranger's line for people's eyes: control characters are replaced. */
export function printable(line: string) {
  // oxlint-disable-next-line no-control-regex -- they are what is replaced
  return line.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, "\ufffd");
}
