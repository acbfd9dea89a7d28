import type { Socket } from "node:net";

import type { BodyError } from "@netcheck/wire/result-word";

import type { BodySink } from "./answer.ts";
import { ChunkReader } from "./http-chunked.ts";
import type { Framing } from "./http-framing.ts";

/** The content of a body in HTTP/1, from bytes however they are cut. */
export type BodyReader = {
  push(bytes: Buffer): readonly Buffer[];
  /** Nothing more of it can come. */
  readonly done: boolean;
  readonly error: BodyError | null;
  /** What it is that the connection was closed in good order now. */
  end(): BodyError | null;
};

export function bodyReader(framing: Framing): BodyReader {
  switch (framing.kind) {
    case "none":
      return lengthReader(0);
    case "length":
      return lengthReader(framing.bytes);
    case "chunked":
      return chunkedReader(new ChunkReader());
    case "close":
      return { push: (bytes) => [bytes], done: false, error: null, end: () => null };
  }
}

function lengthReader(length: number): BodyReader {
  let left = length;
  return {
    push: (bytes) => {
      const content = bytes.subarray(0, left);
      left -= content.length;
      return [content];
    },
    get done() {
      return left === 0;
    },
    error: null,
    end: () => (left > 0 ? "short" : null),
  };
}

function chunkedReader(chunks: ChunkReader): BodyReader {
  return {
    push: (bytes) => chunks.push(bytes),
    get done() {
      return chunks.done || chunks.broken;
    },
    get error() {
      return chunks.broken ? "broken_chunk" : null;
    },
    end: () => (chunks.done ? null : "closed"),
  };
}

/** Reads the body of an answer in HTTP/1, whose first bytes came along with the head. */
export function readBodyFrom(socket: Socket, framing: Framing, rest: Buffer, sink: BodySink) {
  const reader = bodyReader(framing);
  const settle = (error: BodyError | null) => {
    for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    sink.end(error);
  };
  const data = (bytes: Buffer) => {
    for (const content of reader.push(bytes)) sink.content(content);
    if (reader.done) settle(reader.error);
  };
  const end = () => settle(reader.end());
  const lost = () => settle("reset");
  const listeners = { data, end, error: lost, close: lost };
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  data(rest);
  if (reader.done) return;
  if (socket.readableEnded) end();
  else if (socket.destroyed) lost();
  else socket.resume();
}
