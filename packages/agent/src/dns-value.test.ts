import { type Answer, decode, encode } from "dns-packet";
import { expect, it } from "vitest";

import { typeName, valueOf } from "./dns-value.ts";

/** The record as it is after a way through bytes. */
function value(record: Answer, number?: number) {
  const bytes = encode({ type: "response", answers: [record] });
  // Root name: the type is right behind it.
  if (number !== undefined) bytes.writeUInt16BE(number, 13);
  const [read] = decode(bytes).answers ?? [];
  if (!read || read.type === "OPT") throw new Error("not read");
  return `${typeName(read.type)} ${valueOf(read)}`;
}

const name = ".";
const service = Buffer.from(
  "0001" + "0373766303636f6d00" + "0001" + "0006" + "026832" + "026833" + "0003" + "0002" + "20fb",
  "hex",
);

it.each<[Answer, string]>([
  [{ type: "AAAA", name, data: "2001:db8::1" }, "AAAA 2001:db8::1"],
  [{ type: "NS", name, data: "ns.example" }, "NS ns.example."],
  [{ type: "MX", name, data: { preference: 10, exchange: "mx.example" } }, "MX 10 mx.example."],
  [{ type: "MX", name, data: { preference: 0, exchange: "." } }, "MX 0 ."],
  [{ type: "TXT", name, data: ['a "b"', "ü\n"] }, 'TXT "a \\"b\\"" "\\195\\188\\010"'],
  [
    { type: "SRV", name, data: { priority: 1, weight: 2, port: 5060, target: "sip.example" } },
    "SRV 1 2 5060 sip.example.",
  ],
  [
    { type: "CAA", name, data: { flags: 0, tag: "issue", value: "ca.example" } },
    'CAA 0 issue "ca.example"',
  ],
  [
    {
      type: "SOA",
      name,
      data: {
        mname: "ns.example",
        rname: "admin.example",
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
    },
    "SOA ns.example. admin.example. 1 2 3 4 5",
  ],
  [
    {
      type: "DS",
      name,
      data: { keyTag: 1, algorithm: 13, digestType: 2, digest: Buffer.from([171]) },
    },
    "DS 1 13 2 AB",
  ],
  [
    { type: "DNSKEY", name, data: { flags: 257, algorithm: 13, key: Buffer.from("key") } },
    "DNSKEY 257 3 13 a2V5",
  ],
  [
    { type: "NSEC", name, data: { nextDomain: "b.example", rrtypes: ["A", "RRSIG"] } },
    "NSEC b.example. A RRSIG",
  ],
  [
    {
      type: "RRSIG",
      name,
      data: {
        typeCovered: "A",
        algorithm: 13,
        labels: 2,
        originalTTL: 60,
        expiration: 1_800_000_000,
        inception: 0,
        keyTag: 7,
        signersName: "example",
        signature: Buffer.from("sig"),
      },
    },
    "RRSIG A 13 2 60 20270115080000 19700101000000 7 example. c2ln",
  ],
])("a record is written as zone files have it: %#", (record, written) => {
  expect(value(record)).toBe(written);
});

it("HTTPS and SVCB are written as RFC 9460 has them", () => {
  const record: Answer = { type: "NULL", name, data: service };
  expect(value(record, 65)).toBe("HTTPS 1 svc.com. alpn=h2,h3 port=8443");
  const hints = Buffer.concat([
    Buffer.from("000100" + "00040008" + "c0000201c0000202" + "00060010", "hex"),
    Buffer.from("20010db8000000000000000000000001" + "00020000" + "ff00000101", "hex"),
  ]);
  expect(value({ ...record, data: hints }, 64)).toBe(
    "SVCB 1 . ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8:0:0:0:0:0:1 no-default-alpn key65280=\\#01",
  );
});

it("what nobody knows is written as RFC 3597 has it, broken services too", () => {
  const record: Answer = { type: "NULL", name, data: Buffer.from([1, 255]) };
  expect(value(record, 4_711)).toBe("TYPE4711 \\# 2 01FF");
  expect(value(record, 65)).toBe("HTTPS \\# 2 01FF");
});
