import type { Readable } from "node:stream";

/** The head of an answer, whatever version of HTTP it came by, and its body to read. */
export type Answer = {
  statusCode: number;
  httpVersion: string;
  /** Names and values in turn, as they came. */
  rawHeaders: readonly string[];
  headers: {
    location?: string | undefined;
    "content-type"?: string | undefined;
    "content-encoding"?: string | undefined;
  };
  body: Readable;
};
