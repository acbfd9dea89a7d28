import type { HttpRemarkCode } from "@netcheck/wire/remark";

import { MAX_HEAD_BYTES, MAX_HEADERS, MAX_LINE_BYTES } from "./head-limit.ts";
import { readHeaderLines, type RawHeaders } from "./http-header-lines.ts";
import { beginsStatusLine, readStatusLine, type StatusLine } from "./http-status-line.ts";

export type Head = Omit<StatusLine, "remarks"> & {
  rawHeaders: RawHeaders;
  remarks: ReadonlySet<HttpRemarkCode>;
};

/** `nul`: no client reads a head with one. `overflow`: more than this agent reads, which is nobody's fault. */
export type Unreadable = "no_status_line" | "nul" | "overflow";

export type HeadProgress =
  | { state: "more" }
  | { state: "head"; head: Head; rest: Buffer }
  | { state: "unreadable"; why: Unreadable };

const MORE: HeadProgress = { state: "more" };

/**
 * Reads the head of an answer in HTTP/1 from the bytes of a connection, however they are cut. It
 * takes what browsers and curl take, and remarks on what is against the letter of RFC 9112. Interim
 * answers are passed over (RFC 9110, 15.2). It reads a line at a time, so that no stranger makes it
 * look twice at the same bytes.
 */
export class HeadReader {
  #partial = "";
  #bytes = 0;
  #begun = false;
  #statusLine = "";
  #status: StatusLine | undefined;
  #lines: string[] = [];
  #remarks = new Set<HttpRemarkCode>();

  /** The first line of what came last, complete or not, one byte to a character. */
  get firstLine() {
    const [line = ""] = this.#status ? [] : this.#partial.trimStart().split(/\r?\n/, 1);
    return line || this.#statusLine;
  }

  push(bytes: Buffer): HeadProgress {
    for (let start = 0; start < bytes.length;) {
      const feed = bytes.indexOf("\n", start);
      const end = feed === -1 ? bytes.length : feed + 1;
      const why = this.#take(bytes.subarray(start, end));
      if (why) return { state: "unreadable", why };
      start = end;
      const head = feed === -1 ? undefined : this.#endLine();
      if (head === "no_status_line") return { state: "unreadable", why: head };
      if (head) return { state: "head", head, rest: bytes.subarray(start) };
    }
    return MORE;
  }

  /** The connection was closed in good order: the head as far as it came, if its status did. */
  end(): Head | undefined {
    const line = this.#partial.replace(/\r$/, "");
    if (!this.#status) this.#status = readStatusLine(line);
    else if (line !== "") this.#lines.push(line);
    this.#remarks.add("head_cut_short");
    return this.#status && this.#head(this.#status);
  }

  #take(piece: Buffer): Unreadable | undefined {
    this.#bytes += piece.length;
    this.#partial += piece.toString("latin1");
    if (this.#begun) {
      if (piece.includes(0)) return "nul";
    } else {
      const begins = beginsStatusLine(this.#partial);
      if (begins === false) return "no_status_line";
      if (begins === true && this.#partial.includes("\0")) return "nul";
      this.#begun = begins === true;
    }
    const { length } = this.#partial;
    const isTooMuch = this.#bytes > MAX_HEAD_BYTES || length > MAX_LINE_BYTES;
    return isTooMuch || this.#lines.length > MAX_HEADERS ? "overflow" : undefined;
  }

  /** What the line that ended makes of the head: nothing yet, the whole of it, or none. */
  #endLine() {
    // A line end among what stands before the status line.
    if (!this.#begun) return undefined;
    if (!this.#partial.endsWith("\r\n")) this.#remarks.add("bare_line_feed");
    const line = this.#partial.replace(/\r?\n$/, "");
    this.#partial = "";
    if (!this.#status) {
      this.#statusLine = line;
      this.#status = readStatusLine(line);
      return this.#status ? undefined : "no_status_line";
    }
    if (line !== "" && !line.startsWith("\r")) {
      this.#lines.push(line);
      return undefined;
    }
    const { statusCode } = this.#status;
    if (statusCode >= 200 || statusCode === 101) return this.#head(this.#status);
    this.#passOver();
    return undefined;
  }

  #head({ remarks: ofStatus, ...status }: StatusLine): Head {
    const { headers, remarks } = readHeaderLines(this.#lines);
    const all = new Set([...ofStatus, ...this.#remarks, ...remarks]);
    return { ...status, rawHeaders: headers, remarks: all };
  }

  #passOver() {
    this.#begun = false;
    this.#status = undefined;
    this.#lines = [];
    this.#remarks = new Set();
  }
}
