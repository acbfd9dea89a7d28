import type { Socket } from "node:net";

import type { Answer, Heard } from "./answer.ts";
import { elapsedMs } from "./dial.ts";
import type { Failure } from "./failure.ts";
import { headerText } from "./header-text.ts";
import { readBodyFrom } from "./http-body.ts";
import {
  brokenFailure,
  closedFailure,
  lateFailure,
  printable,
  resetError,
  unreadableFailure,
} from "./http-failure.ts";
import { framingOf } from "./http-framing.ts";
import { HeadReader, type Head } from "./http-head.ts";

export type Exchange = {
  method: string;
  url: URL;
  /** By their names as they go out. */
  headers: Record<string, string>;
  signal: AbortSignal;
};

export type Answered = Heard & ({ answer: Answer } | { failure: Failure });

const MAX_FIRST_LINE_CHARS = 1_000;

/**
 * Sends one HTTP/1.1 request over a connected socket and waits for the answer's head. `firstByteMs`
 * runs from the request to the first byte that came. The caller destroys the socket.
 */
export function exchange(socket: Socket, { method, url, headers, signal }: Exchange) {
  return new Promise<Answered>((resolve) => {
    const head = new HeadReader();
    const sentAt = performance.now();
    let firstByteMs: number | null = null;
    const settle = (outcome: { answer: Answer } | { failure: Failure }) => {
      signal.removeEventListener("abort", expired);
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
      socket.pause();
      resolve({ ...outcome, firstByteMs, firstLine: firstLineOf(head) });
    };
    const expired = () => settle({ failure: lateFailure(firstByteMs) });
    const answered = (read: Head, rest: Buffer) => {
      const { framing, remarks } = framingOf(method, read.statusCode, read.rawHeaders);
      const answer = { ...read, remarks: [...read.remarks, ...remarks] };
      settle({ answer: { ...answer, read: (sink) => readBodyFrom(socket, framing, rest, sink) } });
    };
    const listeners = {
      data: (bytes: Buffer) => {
        firstByteMs ??= elapsedMs(sentAt);
        const progress = head.push(bytes);
        if (progress.state === "head") answered(progress.head, progress.rest);
        else if (progress.state === "unreadable")
          settle({ failure: unreadableFailure(progress.why, head.firstLine) });
      },
      end: () => {
        const read = head.end();
        if (read) answered(read, Buffer.alloc(0));
        else settle({ failure: closedFailure(head.firstLine) });
      },
      error: (error: Error) => settle({ failure: brokenFailure(error) }),
      close: () => settle({ failure: brokenFailure(socket.errored ?? resetError()) }),
    };
    if (signal.aborted) return expired();
    if (socket.destroyed) return listeners.close();
    signal.addEventListener("abort", expired);
    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
    socket.write(requestHead(method, url, headers), "latin1");
    socket.resume();
  });
}

function requestHead(method: string, url: URL, headers: Record<string, string>) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

function firstLineOf({ firstLine }: HeadReader) {
  return printable(headerText(firstLine)).slice(0, MAX_FIRST_LINE_CHARS) || null;
}
