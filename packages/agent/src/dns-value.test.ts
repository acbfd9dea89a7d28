import { encode } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { BadData, NoMessage, readerOf } from "./dns-reader.ts";
import { typeName } from "./dns-registry.ts";
import { valueOf } from "./dns-value.ts";

const NUMBERS = new Map(
  Array.from({ length: 300 }, (_, number): [string, number] => [typeName(number), number]),
);

/** Data in hex, with text in quotes as it is. */
function bytesOf(data: string) {
  const parts = data.match(/'[^']*'|[\da-f]{2}/g) ?? [];
  return Buffer.concat(
    parts.map((it) => (it.startsWith("'") ? Buffer.from(it.slice(1, -1)) : Buffer.from(it, "hex"))),
  );
}

function written(type: string, data: string) {
  return valueOf(NUMBERS.get(type) ?? 0, readerOf(bytesOf(data)));
}

describe("[PRB-42] a record is written as zone files have it", () => {
  it.each([
    ["A", "c0000201", "192.0.2.1"],
    ["AAAA", "20010db8 00000000 00000000 00000001", "2001:db8::1"],
    ["AAAA", "00000000 00000000 0000ffff c0000201", "::ffff:192.0.2.1"],
    ["NS", "02'ns'07'example'00", "ns.example."],
    ["CNAME", "00", "."],
    ["NS", "04'a.b.'01 20 02'(;'00", "a\\.b\\..\\032.\\(\\;."],
    ["PTR", "02'a'ff 00", "a\\255."],
    ["MX", "000a 02'mx'07'example'00", "10 mx.example."],
    ["MX", "0000 00", "0 ."],
    ["TXT", "05'a \"b\"'", '"a \\"b\\""'],
    ["TXT", "03'a\\'09 01 ff 00", '"a\\\\\\009" "\\255" ""'],
    ["SRV", "0001 0002 13c4 03'sip'00", "1 2 5060 sip."],
    ["CAA", "80 05'issue''ca.example; x=\"y\"'", '128 issue "ca.example; x=\\"y\\""'],
    [
      "SOA",
      "02'ns'00 08'john.doe'00 00000001000000020000000300000004 ffffffff",
      "ns. john\\.doe. 1 2 3 4 4294967295",
    ],
    [
      "NAPTR",
      "0064 000a 01'u' 07'E2U+sip' 0a'!^.*$!\\1!i' 00",
      '100 10 "u" "E2U+sip" "!^.*$!\\\\1!i" .',
    ],
    ["TLSA", "03 01 01 abcd", "3 1 1 ABCD"],
    ["SSHFP", "04 02 0102", "4 2 0102"],
    ["URI", "000a 0001 'ftp://a/\"'", '10 1 "ftp://a/\\""'],
    ["DS", "0001 0d 02 ab", "1 13 2 AB"],
    ["DNSKEY", "0101 03 0d 'key'", "257 3 13 a2V5"],
    ["NSEC", "01'b'00 00 06 400000000002 01 01 40", "b. A RRSIG CAA"],
    ["NSEC3PARAM", "01 00 000a 00", "1 0 10 -"],
    ["NSEC3", "01 01 000c 04 aabbccdd 05 0123456789 00 01 40", "1 1 12 AABBCCDD 04HKAPS9 A"],
    [
      "RRSIG",
      "0001 0d 02 0000003c 6b49d200 00000000 0007 00 'sig'",
      "A 13 2 60 20270115080000 19700101000000 7 . c2ln",
    ],
    ["HINFO", "03'a b'00", '"a b" ""'],
    ["TYPE200", "01ff", "\\# 2 01FF"],
    ["LOC", "", "\\# 0"],
  ])("%s %s", (type, data, value) => {
    expect(written(type, data)).toEqual({ value, isWhole: true });
  });
});

describe("[PRB-42] SVCB and HTTPS are written as RFC 9460 has them", () => {
  it.each([
    ["an alias", "0000 03'foo'00", "0 foo."],
    ["of the root", "0001 00", "1 ."],
    [
      "protocols and a port",
      "0001 00 0001 0006 02'h2'02'h3' 0003 0002 20fb",
      "1 . alpn=h2,h3 port=8443",
    ],
    [
      "a comma in a protocol",
      "0010 00 0001 000c 08'f\\oo,bar'02'h2'",
      '16 . alpn="f\\\\\\\\oo\\\\,bar,h2"',
    ],
    [
      "keys that are needed",
      "0010 00 0000 0004 0001 0004 0001 0003 02'h2' 0004 0004 c0000201",
      "16 . mandatory=alpn,ipv4hint alpn=h2 ipv4hint=192.0.2.1",
    ],
    [
      "addresses",
      "0001 00 0004 0008 c0000201 c0000202 0006 0010 20010db8000000000000000000000001",
      "1 . ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1",
    ],
    ["a switch", "0001 00 0002 0000", "1 . no-default-alpn"],
    ["a key for hello", "0001 00 0005 0003 'key'", "1 . ech=a2V5"],
    ["a path", "0001 00 0007 0010 '/dns-query{?dns}'", "1 . dohpath=/dns-query{?dns}"],
    ["an unknown key", "0001 00 029b 0005 'hello'", "1 . key667=hello"],
    ["one that needs quotes", "0001 00 029b 0009 'hello'd2 'qoo'", '1 . key667="hello\\210qoo"'],
    ["one without a value", "0001 00 029b 0000", "1 . key667"],
  ])("%s", (_what, data, value) => {
    expect(written("HTTPS", data)).toEqual({ value, isWhole: true });
    expect(written("SVCB", data)).toEqual({ value, isWhole: true });
  });

  it.each([
    ["keys out of order", "0001 00 0003 0002 20fb 0001 0003 02'h2'"],
    ["a key twice", "0001 00 0003 0002 20fb 0003 0002 20fb"],
    ["a port of three bytes", "0001 00 0003 0003 20fb00"],
    ["a switch with a value", "0001 00 0002 0001 00"],
    ["half an address", "0001 00 0004 0006 c0000201 c000"],
    ["no protocol", "0001 00 0001 0000"],
    ["an empty protocol", "0001 00 0001 0001 00"],
    ["a value beyond its end", "0001 00 0003 0009 20fb"],
  ])("with %s they are written by their bytes (RFC 3597)", (_what, data) => {
    const bytes = bytesOf(data);
    const value = `\\# ${bytes.length} ${bytes.toString("hex").toUpperCase()}`;
    expect(written("SVCB", data)).toEqual({ value, isWhole: false });
  });
});

describe("[PRB-42] what is not what its type says", () => {
  it.each([
    ["MX", "00", "\\# 1 00"],
    ["MX", "000a 00 ff", "\\# 4 000A00FF"],
    ["TXT", "05 41", "\\# 2 0541"],
    ["TXT", "", "\\# 0"],
    ["CAA", "00 00 41", "\\# 3 000041"],
    ["NSEC", "00 00 00", "\\# 3 000000"],
    ["DS", "0001", "\\# 2 0001"],
  ])("is written by its bytes: %s %s", (type, data, value) => {
    expect(written(type, data)).toEqual({ value, isWhole: false });
  });

  it.each([
    ["A", "c00002"],
    ["AAAA", "c0000201"],
    ["CNAME", "c000"],
    ["CNAME", "3f41"],
    ["CNAME", "80"],
  ])("and leads nowhere is no message: %s %s", (type, data) => {
    expect(() => written(type, data)).toThrow(NoMessage);
  });

  it("is never a crash, and never more than printable text", () => {
    const type = fc.oneof(fc.constantFrom(...NUMBERS.values()), fc.nat(65_535));
    fc.assert(
      fc.property(type, fc.uint8Array({ maxLength: 120 }), (number, data) => {
        try {
          expect(valueOf(number, readerOf(Buffer.from(data))).value).toMatch(/^[\x20-\x7e]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(NoMessage);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

it("[PRB-42] what the library writes is read as it was meant", () => {
  const bytes = encode({
    type: "response",
    answers: [{ type: "SRV", name: ".", data: { priority: 1, weight: 2, port: 3, target: "a.b" } }],
  });
  const record = readerOf(bytes, 12);
  record.skipName();
  record.take(10);
  expect(valueOf(33, record).value).toBe("1 2 3 a.b.");
  expect(() => record.u8()).toThrow(BadData);
});
