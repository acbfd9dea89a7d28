import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bodyReader } from "./http-body.ts";
import { ChunkReader } from "./http-chunked.ts";
import { bodyEncodingOf, framingOf } from "./http-framing.ts";

const CHUNK = fc.uint8Array({ minLength: 1, maxLength: 40 });

describe("[PRB-28] a chunked body", () => {
  it("is what was put into chunks, however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(CHUNK), fc.integer({ min: 1, max: 9 }), (chunks, size) => {
        const whole = Buffer.concat([
          ...chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)};x\r\n`),
            chunk,
            Buffer.from("\r\n"),
          ]),
          Buffer.from("0\r\nTrailer: x\r\n\r\nmore"),
        ]);
        const reader = new ChunkReader();
        const read: Buffer[] = [];
        for (let at = 0; at < whole.length; at += size)
          read.push(...reader.push(whole.subarray(at, at + size)));
        expect(Buffer.concat(read).equals(Buffer.concat(chunks))).toBe(true);
        expect([reader.done, reader.broken]).toEqual([true, false]);
      }),
    );
  });

  it("of any bytes ends as whole, broken or cut off, and holds no byte more than came", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const body = bodyReader({ kind: "chunked" });
        const content = Buffer.concat(body.push(Buffer.from(noise)));
        expect(content.length).toBeLessThanOrEqual(noise.length);
        expect([null, "closed", "broken_chunk"]).toContain(body.error ?? body.end());
      }),
    );
  });

  it("is broken by a line without an end", () => {
    const reader = new ChunkReader();
    reader.push(Buffer.from(`2;${"x".repeat(20_000)}`));
    expect(reader.broken).toBe(true);
  });
});

describe("[PRB-28] where a body ends", () => {
  it.each([
    ["GET", 200, [], { kind: "close" }],
    ["GET", 200, ["Content-Length", "2"], { kind: "length", bytes: 2 }],
    ["HEAD", 200, ["Content-Length", "2"], { kind: "none" }],
    ["GET", 304, ["Transfer-Encoding", "chunked"], { kind: "none" }],
    ["GET", 200, ["Transfer-Encoding", "gzip, chunked"], { kind: "chunked" }],
  ])("%s %i with %j: %j", (method, status, headers, framing) => {
    expect(framingOf(method, status, headers).framing).toEqual(framing);
  });

  it.each([
    [[], "identity"],
    [["Content-Encoding", "Identity"], "identity"],
    [["Content-Encoding", "GZIP"], "gzip"],
    [["Content-Encoding", "br", "Content-Encoding", "gzip"], "br, gzip"],
    [["Transfer-Encoding", "gzip, chunked"], "gzip"],
  ])("and what it is encoded in: %j is %s", (headers, encoding) => {
    expect(bodyEncodingOf(headers)).toBe(encoding);
  });
});
