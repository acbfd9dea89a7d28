import { connect, type ClientHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";

import type { Answer, BodySink } from "./answer.ts";
import { elapsedMs } from "./dial.ts";
import type { Answered, Exchange } from "./exchange.ts";
import type { Failure } from "./failure.ts";
import { MAX_HEAD_BYTES, MAX_HEADERS } from "./head-limit.ts";
import { headerText } from "./header-text.ts";
import { brokenFailure, failed, lateFailure, overflowFailure, resetError } from "./http-failure.ts";
import { http2Failure, silentFailure } from "./http2-failure.ts";

/** Of the connection, which HTTP/2 has no headers for (RFC 9113, 8.2.2). */
const NOT_IN_HTTP2 = new Set(["connection", "host", "http2-settings"]);

/**
 * Sends one HTTP/2 request over a connection that agreed on it, and waits for the answer's head.
 * `firstByteMs` runs from the request to that head. The caller destroys the socket.
 */
export function exchangeHttp2(socket: TLSSocket, { method, url, headers, signal }: Exchange) {
  return new Promise<Answered>((resolve) => {
    const settle = (outcome: { answer: Answer; firstByteMs: number } | { failure: Failure }) => {
      signal.removeEventListener("abort", expired);
      resolve({ firstByteMs: null, firstLine: null, ...outcome });
    };
    const expired = () => settle({ failure: lateFailure(null) });
    if (signal.aborted) return expired();
    if (socket.destroyed) return settle({ failure: brokenFailure(socket.errored ?? resetError()) });
    signal.addEventListener("abort", expired);
    const session = connect(url.origin, {
      createConnection: () => socket,
      settings: { enablePush: false },
      maxHeaderListPairs: MAX_HEADERS,
      strictFieldWhitespaceValidation: false,
    });
    socket.once("close", () => session.destroy());
    const sentAt = performance.now();
    const readBefore = socket.bytesRead;
    const stream = session.request(
      {
        ...ownHeaders(headers),
        ":method": method,
        ":scheme": "https",
        ":authority": valueOf(headers, "host") ?? url.host,
        ":path": url.pathname + url.search,
      },
      { endStream: true },
    );
    let isBegun = false;
    session.once("remoteSettings", () => (isBegun = true));
    const broken = (error: unknown) => {
      const heardBytes = socket.bytesRead - readBefore;
      settle({ failure: http2Failure({ error, rstCode: stream.rstCode, isBegun, heardBytes }) });
    };
    session.on("error", broken);
    stream.on("error", broken);
    stream.once("response", ({ ":status": statusCode = 0 }, _flags, raw) => {
      if (statusCode < 100) return settle({ failure: noStatus() });
      // Of a few bytes HPACK makes many: they are counted before anything is done with them.
      if (raw.reduce((sum, { length }) => sum + length, 0) > MAX_HEAD_BYTES)
        return settle({ failure: overflowFailure() });
      const rawHeaders = raw.slice(2).map(headerText);
      const answer = { statusCode, httpVersion: "2", rawHeaders, remarks: [] };
      const read = (sink: BodySink) => readStream(stream, sink);
      settle({ answer: { ...answer, read }, firstByteMs: elapsedMs(sentAt) });
    });
    stream.once("close", () =>
      settle({ failure: silentFailure(session.destroyed, stream.rstCode) }),
    );
  });
}

function ownHeaders(headers: Record<string, string>) {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(own.filter(([name]) => !NOT_IN_HTTP2.has(name)));
}

function valueOf(headers: Record<string, string>, wanted: string) {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function noStatus() {
  return failed("target", "http2_failed", "The status of the answer is none of HTTP's.");
}

function readStream(stream: ClientHttp2Stream, { content, end }: BodySink) {
  let isEnded = false;
  const settle = (error: "reset" | null) => {
    if (isEnded) return;
    isEnded = true;
    end(error);
  };
  stream.on("data", content);
  stream.once("end", () => settle(null));
  stream.once("error", () => settle("reset"));
  stream.once("close", () => settle("reset"));
}
