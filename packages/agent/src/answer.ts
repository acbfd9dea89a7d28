import type { HttpRemarkCode } from "@netcheck/wire/remark";
import type { BodyError } from "@netcheck/wire/result-word";

import type { RawHeaders } from "./http-header-lines.ts";

/** Told of a body as it comes, and once how it ended: null is well. */
export type BodySink = { content(bytes: Buffer): void; end(error: BodyError | null): void };

/** The head of an answer, whatever version of HTTP it came by, and its body to read. */
export type Answer = {
  statusCode: number;
  httpVersion: string;
  rawHeaders: RawHeaders;
  /** What is wrong with it. */
  remarks: Iterable<HttpRemarkCode>;
  read(sink: BodySink): void;
};

/** What came before an answer could be read, or instead of it. */
export type Heard = { firstByteMs: number | null; firstLine: string | null };

/** The first value of a header. */
export function headerOf(headers: RawHeaders, wanted: string) {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === wanted);
  return at === -1 ? undefined : headers[at + 1];
}
