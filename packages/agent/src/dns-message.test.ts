import { type Answer, decode, encode, type Packet } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { addOpt } from "../../../test/support/dns-server.ts";
import { MAX_ANSWERS, readAnswer } from "./dns-message.ts";
import { encodeQuery, type Query } from "./dns-query.ts";

const name = "a.example";
const query: Query = { id: 4242, labels: ["a", "example"], type: "A", withEdns: true };

/** An answer to the query, with the response code in its flags. */
function reply(
  answers: Answer[],
  { id = query.id, flags = 0, asked = name, ...more }: Packet & { asked?: string } = {},
) {
  const questions = [{ type: "A" as const, name: asked }];
  return encode({ ...more, type: "response", id, flags, questions, answers });
}

const a = (data: string): Answer => ({ type: "A", name, ttl: 60, data });

describe("a query", () => {
  it("asks for one name and type, with recursion and room for a large answer", () => {
    const { id, flag_rd, questions, additionals } = decode(encodeQuery({ ...query, type: "MX" }));
    expect({ id, flag_rd, questions }).toEqual({
      id: 4242,
      flag_rd: true,
      questions: [{ name: "a.example", type: "MX", class: "IN" }],
    });
    expect(additionals).toMatchObject([{ type: "OPT", udpPayloadSize: 1_232 }]);
  });

  it("may go without EDNS, for those who do not know it", () => {
    expect(decode(encodeQuery({ ...query, withEdns: false })).additionals).toEqual([]);
  });

  it.each([
    ["HTTPS", "UNKNOWN_65"],
    ["SVCB", "UNKNOWN_64"],
    ["CAA", "CAA"],
    ["ANY", "ANY"],
  ] as const)("may ask for %s, and for the root", (type, told) => {
    expect(decode(encodeQuery({ ...query, labels: [], type })).questions).toMatchObject([
      { name: ".", type: told },
    ]);
  });

  it("asks for any bytes that a label may have", () => {
    const bytes = encodeQuery({ ...query, labels: ["a.b", "\xff"] });
    expect(bytes.subarray(12, 19)).toEqual(Buffer.from([3, 97, 46, 98, 1, 255, 0]));
  });
});

describe("an answer", () => {
  it("is read with names, times to live and what it says", () => {
    const answers: Answer[] = [
      { type: "CNAME", name: "a.example", ttl: 60, data: "b.example" },
      { type: "A", name: "b.example", ttl: 30, data: "192.0.2.1" },
    ];
    expect(readAnswer(reply(answers), query)).toEqual({
      statusCode: 0,
      statusCodeName: "NOERROR",
      flags: { aa: false, tc: false, rd: false, ra: false, ad: false, cd: false },
      edns: null,
      authority: [],
      isCut: false,
      isWhole: true,
      answers: [
        { name: "a.example.", type: "CNAME", ttl: 60, class: "IN", value: "b.example." },
        { name: "b.example.", type: "A", ttl: 30, class: "IN", value: "192.0.2.1" },
      ],
    });
  });

  it.each([
    [2, "SERVFAIL"],
    [3, "NXDOMAIN"],
    [5, "REFUSED"],
    [12, "RCODE12"],
  ])("with the response code %i is %s", (statusCode, statusCodeName) => {
    const read = readAnswer(reply([], { flags: statusCode }), query);
    expect(read).toMatchObject({ statusCode, statusCodeName, answers: [] });
  });

  it("[PRB-46] is kept to a number of records, and says so", () => {
    const many = Array.from({ length: MAX_ANSWERS + 1 }, (_, i) => a(`192.0.2.${i % 256}`));
    const read = readAnswer(reply(many), query);
    expect([read?.answers.length, read?.isCut]).toEqual([MAX_ANSWERS, true]);
  });

  it("[PRB-46] is kept to a number of characters, and says so", () => {
    const txt = (strings: number): Answer => {
      const data = Array.from({ length: strings }, () => Buffer.alloc(255, 255));
      return { type: "TXT", name, ttl: 60, data };
    };
    for (const many of [[txt(60)], Array.from({ length: 60 }, () => txt(4))]) {
      const read = readAnswer(reply(many), query);
      expect(read?.isCut).toBe(true);
      expect(JSON.stringify(read).length).toBeLessThan(100_000);
    }
  });

  it("[PRB-43] that UDP has no room for says so, and keeps what is left of it", () => {
    const whole = reply([a("192.0.2.1"), a("192.0.2.2")], { flags: 0x200 });
    for (let end = whole.length; end > 26; end -= 1) {
      const read = readAnswer(whole.subarray(0, end), query);
      expect(read?.flags.tc).toBe(true);
      expect(read?.answers.length).toBe(Math.max(0, Math.floor((end - 27) / 25)));
    }
  });

  it("[PRB-41] has its flags, and its authority", () => {
    const soa: Answer = { type: "SOA", name, data: { mname: "m.example", rname: "r.example" } };
    const read = readAnswer(reply([], { flags: 0x5b0, authorities: [soa] }), query);
    expect(read).toMatchObject({
      flags: { aa: true, tc: false, rd: true, ra: true, ad: true, cd: true },
      authority: [{ type: "SOA", value: "m.example. r.example. 0 0 0 0 0" }],
    });
  });

  it("[PRB-40] has what EDNS says: upper bits of the code, and why (RFC 8914)", () => {
    const options = [
      [3, Buffer.from("a server's name")],
      [15, Buffer.from("\0\u0006no signature\0")],
      [15, Buffer.of(255, 255, 255)],
    ] as const;
    const bytes = addOpt(reply([]), { highBits: 1, flags: 0x8000, options });
    expect(readAnswer(bytes, query)).toMatchObject({
      statusCode: 16,
      statusCodeName: "BADVERS",
      isWhole: true,
      edns: {
        version: 0,
        udpPayloadBytes: 512,
        dnssecOk: true,
        extendedErrors: [
          { code: 6, name: "DNSSEC Bogus", text: "no signature" },
          { code: 65_535, name: "Error 65535", text: "\ufffd" },
        ],
      },
    });
  });

  it("[PRB-46] stands, whatever comes behind the answers", () => {
    const bytes = Buffer.concat([reply([a("192.0.2.1")]), Buffer.from([0xc0, 0xff, 0, 1])]);
    for (const count of [8, 10]) {
      const broken = Buffer.from(bytes);
      broken.writeUInt16BE(1, count);
      expect(readAnswer(broken, query)).toMatchObject({
        answers: [{ value: "192.0.2.1" }],
        isWhole: false,
      });
    }
  });
});

describe("what does not answer the query is passed over", () => {
  it.each([
    ["another id", reply([], { id: 1 })],
    ["another name", reply([], { asked: "b.example" })],
    ["a query", encodeQuery(query)],
    ["too few bytes", Buffer.from([0, 0])],
    ["no question and yet no error", encode({ type: "response", id: query.id, answers: [] })],
  ])("%s", (_what, bytes) => expect(readAnswer(bytes, query)).toBeUndefined());
});

describe("NC-B-27 hostile bytes", () => {
  const whole = reply([
    a("192.0.2.1"),
    { type: "TXT", name: "a.example", data: ["x", "y"] },
    { type: "SOA", name: "a.example", data: { mname: "m.example", rname: "r.example" } },
    { type: "NSEC", name: "a.example", data: { nextDomain: "b.example", rrtypes: ["A"] } },
  ]);
  const readQuietly = (bytes: Buffer) => {
    try {
      return readAnswer(bytes, query);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      return undefined;
    }
  };
  const answering = (rest: Uint8Array) => {
    const bytes = Buffer.concat([Buffer.alloc(12), rest]);
    bytes.writeUInt16BE(query.id, 0);
    bytes.writeUInt16BE(0x8000, 2);
    return bytes;
  };

  it("are an error or an answer, never a crash, and storable either way", () => {
    const anywhere = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    const changes = fc.array(anywhere, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat(whole.length), (changed, end) => {
        const bytes = Buffer.from(whole);
        for (const [at, byte] of changed) bytes[at] = byte;
        const text = JSON.stringify(readQuietly(bytes.subarray(0, end)) ?? null);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toContain("\\u0000");
      }),
      { numRuns: 2_000 },
    );
  });

  const record = (type: number, length: number, data: number[]) =>
    Uint8Array.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 1, length >> 8, length & 255, ...data]);
  const withRecords = (...records: Uint8Array[]) => {
    const bytes = Buffer.concat([reply([]), ...records]);
    bytes.writeUInt16BE(records.length, 6);
    return bytes;
  };

  it.each([
    ["an IPv4 address of three bytes", [record(1, 3, [1, 2, 3])]],
    ["one of three bytes before another", [record(1, 3, [1, 2, 3]), record(1, 4, [1, 2, 3, 4])]],
    ["one of five bytes", [record(1, 5, [1, 2, 3, 4, 5])]],
    ["an IPv6 address of four", [record(28, 4, [1, 2, 3, 4])]],
    ["data that ends beyond the message", [record(16, 0xffff, [1, 65])]],
    ["an address that does", [record(1, 4, [1, 2])]],
  ])("with %s are no message", (_what, records) => {
    expect(() => readAnswer(withRecords(...records), query)).toThrow(
      /^An address of|^It says more/,
    );
  });

  const alias = (...data: number[]) => record(5, data.length, data);
  it.each([
    ["itself", alias(0xc0, 39)],
    ["a name that leads to it", alias(1, 97, 0xc0, 39)],
    ["what comes later", alias(0xc0, 41, 1, 97, 0)],
    ["beyond the end", alias(0xff, 0xff)],
    ["a label of another kind", alias(0x41, 97)],
  ])("[PRB-45] with a name that leads to %s are no message", (_what, bytes) => {
    expect(() => readAnswer(withRecords(bytes), query)).toThrow(/^A name|^It has a label/);
  });

  it("[PRB-45] with a name that pointers make longer than a name can be are no message", () => {
    const label = [63, ...Array<number>(63).fill(97)];
    const long = record(16, 193, [...label, ...label, ...label, 0]);
    const longer = alias(...label, 0xc0, 39);
    expect(() => readAnswer(withRecords(long, longer), query)).toThrow(/^A name is longer/);
  });

  it("of any kind are read or refused", () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(noise, fc.nat(9), (rest, count) => {
        const bytes = answering(rest);
        bytes.writeUInt16BE(count, 6);
        readQuietly(bytes);
      }),
    );
  });

  it("that chain pointers through 64 KiB cost no more than a moment", () => {
    const bytes = answering(Buffer.alloc(65_523));
    bytes.writeUInt16BE(65_535, 6);
    bytes[2] = 0x80;
    bytes[3] = 2;
    // Each pointer leads to the one before it; each record's name begins at the last.
    for (let at = 14; at < 0x3ff0; at += 2) bytes.writeUInt16BE(0xc000 + at - 2, at);
    for (let at = 0x4000; at + 12 < bytes.length; at += 12) {
      bytes.writeUInt16BE(0xc000 + 0x3fee, at);
      bytes.writeUInt16BE(99, at + 2);
    }
    const startedAt = performance.now();
    readQuietly(bytes);
    expect(performance.now() - startedAt).toBeLessThan(250);
  });
});
