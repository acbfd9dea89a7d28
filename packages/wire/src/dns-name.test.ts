import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { canonicalName, formatName, parseName } from "./dns-name.ts";

describe("[CHK-40] a name of DNS", () => {
  it.each([
    ["*.Example.com.", "*.example.com"],
    ["_443._tcp.www.example.com", "_443._tcp.www.example.com"],
    ["0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa"],
    ["first\\.last.example", "first\\.last.example"],
    ["a\\032b.example", "a\\032b.example"],
    ["\\097\\098.ex\\ample", "ab.example"],
    ["1.0.0.10.in\\045addr.arpa", "1.0.0.10.in-addr.arpa"],
    ["-leading.and-.example", "-leading.and-.example"],
    ["Bücher.example", "xn--bcher-kva.example"],
    ["*.пример.рф", "*.xn--e1afmkfd.xn--p1ai"],
    ["_dmarc.bücher。example", "_dmarc.xn--bcher-kva.example"],
    ["１２７.example", "127.example"],
    [".", "."],
    [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`],
  ])("%s is %s", (text, canonical) => expect(canonicalName(text)).toBe(canonical));

  it.each([
    "",
    "..",
    "a..b",
    ".a",
    "a b",
    "a\\",
    "a\\25",
    "a\\256",
    "a\\🙂",
    "ü\\.b",
    "ü/x.example",
    `${"a".repeat(64)}.example`,
    Array.from({ length: 128 }, () => "a").join("."),
  ])("%j is none", (text) => expect(canonicalName(text)).toBeUndefined());

  it("is read again as it was written, whatever bytes it has", () => {
    const byte = fc.nat(255).map((it) => String.fromCharCode(it));
    const label = fc.string({ unit: byte, minLength: 1, maxLength: 63 });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
        expect(parseName(formatName(labels))).toEqual(labels);
      }),
    );
  });

  it("is never a crash, and has one form", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const canonical = canonicalName(text);
        if (canonical !== undefined) expect(canonicalName(canonical)).toBe(canonical);
      }),
      { numRuns: 1_000 },
    );
  });
});
