/** Longer ones say more than 2^53 bytes, or are a flood of zeros. */
const MAX_SIZE_DIGITS = 16;
const MAX_LINE_BYTES = 16 * 1024;

type Awaited = "size" | "data" | "line end" | "trailer" | "end";

/**
 * Takes a chunked body apart (RFC 9112, 7.1) from bytes however they are cut; a lone line feed will
 * do for a line end. Extensions and trailers are passed over.
 */
export class ChunkReader {
  broken = false;
  #awaited: Awaited = "size";
  #line = "";
  #left = 0;

  get done() {
    return this.#awaited === "end";
  }

  /** The content among the bytes. */
  push(bytes: Buffer) {
    const content: Buffer[] = [];
    for (let at = 0; at < bytes.length && !this.done && !this.broken;) {
      if (this.#awaited === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        content.push(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#awaited = "line end";
      } else at = this.#readLine(bytes, at);
    }
    return content;
  }

  #readLine(bytes: Buffer, at: number) {
    const feed = bytes.indexOf("\n", at);
    const end = feed === -1 ? bytes.length : feed;
    this.#line += bytes.toString("latin1", at, end);
    if (this.#line.length > MAX_LINE_BYTES) this.broken = true;
    else if (feed !== -1) this.#endLine(this.#line.replace(/\r$/, ""));
    return end + 1;
  }

  #endLine(line: string) {
    this.#line = "";
    if (this.#awaited === "trailer") this.#awaited = line === "" ? "end" : "trailer";
    else if (this.#awaited === "line end") {
      this.#awaited = "size";
      this.broken = line !== "";
    } else {
      const digits = /^[0-9a-f]+(?![0-9a-z])/i.exec(line)?.[0] ?? "";
      this.#left = Number.parseInt(digits, 16);
      this.#awaited = this.#left === 0 ? "trailer" : "data";
      this.broken = digits.length > MAX_SIZE_DIGITS || !Number.isSafeInteger(this.#left);
    }
  }
}
