import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ODD_TARGETS } from "../../../test/support/odd-targets.ts";
import { MAX_LINE_BYTES } from "./head-limit.ts";
import { HeadReader } from "./http-head.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

/** What is read of bytes that come in pieces, and then no more. */
function readIn(pieces: readonly Buffer[]) {
  const reader = new HeadReader();
  for (const [index, piece] of pieces.entries()) {
    const progress = reader.push(piece);
    if (progress.state === "unreadable") return progress.why;
    if (progress.state === "more") continue;
    const rest = Buffer.concat([progress.rest, ...pieces.slice(index + 1)]);
    return { head: progress.head, rest: rest.toString("latin1") };
  }
  const head = reader.end();
  return head && { head, rest: "" };
}

/** The bytes cut after each of these places. */
function cutAt(whole: Buffer, places: readonly number[]) {
  const sorted = [0, ...places.map((it) => it % (whole.length + 1)), whole.length].toSorted(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, i) => whole.subarray(sorted[i], end));
}

const PARTS = ["\r\n", "\n", "\r", " ", "\t", ":", "A: b", "\0", "\xff", "Content-Length: 2"];

const places = fc.array(fc.nat(2_000), { maxLength: 20 });

describe("[PRB-32] a head is read the same however its bytes are cut", () => {
  it("of every odd target, a byte at a time", () => {
    for (const { says } of Object.values(ODD_TARGETS).filter((it) => it.says.length < 1_000)) {
      const whole = bytes(says);
      const single = Array.from(whole, (byte) => Buffer.from([byte]));
      expect(readIn(single)).toEqual(readIn([whole]));
    }
  });

  it("of any text that looks like one", () => {
    const part = fc.constantFrom("HTTP/1.1 200 OK", "HTTP/1.1 103 E", "http", "/", "1.1", ...PARTS);
    const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, places, (says, cuts) => {
        const whole = bytes(says);
        expect(readIn(cutAt(whole, cuts))).toEqual(readIn([whole]));
      }),
      { numRuns: 1_000 },
    );
  });

  it("of any bytes at all, and never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), places, (noise, begun, cuts) => {
        const whole = Buffer.concat([bytes(begun ? "HTTP/1.1 200 OK\r\n" : ""), noise]);
        expect(readIn(cutAt(whole, cuts))).toEqual(readIn([whole]));
      }),
      { numRuns: 1_000 },
    );
  });

  it("and in time that grows no faster than they are many", () => {
    const reader = new HeadReader();
    reader.push(bytes("HTTP/1.1 200 OK\r\nA: "));
    const dot = bytes(".");
    const startedAt = performance.now();
    for (let i = 0; i < MAX_LINE_BYTES - 10; i += 1) reader.push(dot);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(reader.push(bytes("..........")).state).toBe("unreadable");
  });
});
