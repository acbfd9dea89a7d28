import { request, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";

import type { Answer } from "./answer.ts";
import { elapsedMs } from "./dial.ts";
import { exchangeFailure, timeoutFailure, type Failure } from "./failure.ts";

/** Largest head of an answer that is read; larger ones fail with `header_overflow`. */
const MAX_HEAD_BYTES = 64 * 1024;

export type Exchange = {
  method: string;
  url: URL;
  headers: Record<string, string>;
  signal: AbortSignal;
};

export type Answered = { answer: Answer; firstByteMs: number } | { failure: Failure };

/**
 * Sends one HTTP/1.1 request over a connected socket and waits for the answer's head. `firstByteMs`
 * runs from the request to the first byte of the answer. The caller destroys the socket.
 */
export function exchange(socket: Socket, { method, url, headers, signal }: Exchange) {
  return new Promise<Answered>((resolve) => {
    if (signal.aborted) return resolve({ failure: timeoutFailure("firstByte") });
    const sentAt = performance.now();
    let firstByteMs: number | undefined;
    const outgoing = request({
      method,
      path: url.pathname + url.search,
      headers,
      setHost: false,
      maxHeaderSize: MAX_HEAD_BYTES,
      createConnection: () => socket,
    });
    let settled = false;
    const settle = (answered: Answered) => {
      settled = true;
      signal.removeEventListener("abort", expired);
      resolve(answered);
    };
    const expired = () => settle({ failure: timeoutFailure("firstByte") });
    const answered = (response: IncomingMessage) => {
      const answer = answerOf(response);
      if (answer.statusCode < 100)
        return settle({ failure: exchangeFailure("firstByte", noStatus()) });
      settle({ answer, firstByteMs: firstByteMs ?? elapsedMs(sentAt) });
    };
    signal.addEventListener("abort", expired);
    outgoing.once("socket", () => {
      socket.once("data", () => (firstByteMs = elapsedMs(sentAt)));
    });
    outgoing.once("response", answered);
    outgoing.once("upgrade", answered);
    outgoing.on("error", (error) => settle({ failure: exchangeFailure("firstByte", error) }));
    outgoing.once("close", () => {
      if (!settled) settle({ failure: exchangeFailure("firstByte", noAnswer()) });
    });
    outgoing.end();
  });
}

function answerOf(body: IncomingMessage): Answer {
  const { statusCode = 0, httpVersion, rawHeaders, headers } = body;
  return { statusCode, httpVersion, rawHeaders, headers, body };
}

/** Node reads 000 to 099, which no status code is (RFC 9110, 15). */
function noStatus() {
  return Object.assign(new Error("The status is none of HTTP's."), { code: "HPE_INVALID_STATUS" });
}

/** The error of a connection that ended before an answer. */
export function noAnswer() {
  return Object.assign(new Error("The connection was closed without an answer."), {
    code: "ECONNRESET",
  });
}
