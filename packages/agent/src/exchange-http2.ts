import { connect, type IncomingHttpHeaders } from "node:http2";
import type { TLSSocket } from "node:tls";

import type { Answer } from "./answer.ts";
import { elapsedMs } from "./dial.ts";
import { noAnswer, type Answered, type Exchange } from "./exchange.ts";
import { exchangeFailure, timeoutFailure } from "./failure.ts";

/** Of the connection, which HTTP/2 has no headers for (RFC 9113, 8.2.2). */
const NOT_IN_HTTP2 = new Set(["connection", "host", "http2-settings"]);

/**
 * Sends one HTTP/2 request over a connection that agreed on it, and waits for the answer's head.
 * `firstByteMs` runs from the request to that head. The caller destroys the socket.
 */
export function exchangeHttp2(socket: TLSSocket, { method, url, headers, signal }: Exchange) {
  return new Promise<Answered>((resolve) => {
    if (signal.aborted) return resolve({ failure: timeoutFailure("firstByte") });
    const settle = (answered: Answered) => {
      signal.removeEventListener("abort", expired);
      resolve(answered);
    };
    const expired = () => settle({ failure: timeoutFailure("firstByte") });
    const failed = (error: unknown) => settle({ failure: exchangeFailure("firstByte", error) });
    signal.addEventListener("abort", expired);
    const session = connect(url.origin, {
      createConnection: () => socket,
      settings: { enablePush: false },
    });
    session.on("error", failed);
    socket.once("close", () => session.destroy());
    const sentAt = performance.now();
    const own = Object.entries(headers).filter(([name]) => !NOT_IN_HTTP2.has(name));
    const stream = session.request(
      {
        ...Object.fromEntries(own),
        ":method": method,
        ":scheme": "https",
        ":authority": headers["host"] ?? url.host,
        ":path": url.pathname + url.search,
      },
      { endStream: true },
    );
    stream.on("error", failed);
    stream.once("response", (head) => {
      const { ":status": statusCode = 0, ...rest } = head;
      const answer: Answer = {
        statusCode,
        httpVersion: "2",
        rawHeaders: rawHeaders(rest),
        headers: rest,
        body: stream,
      };
      settle({ answer, firstByteMs: elapsedMs(sentAt) });
    });
    stream.once("close", () => failed(noAnswer()));
  });
}

function rawHeaders(headers: IncomingHttpHeaders) {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [name, one]),
  );
}
