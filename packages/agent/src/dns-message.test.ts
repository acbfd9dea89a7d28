import { type Answer, decode, encode } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { encodeQuery, MAX_ANSWERS, readAnswer } from "./dns-message.ts";

const query = { id: 4242, name: "a.example", type: "A" };

/** An answer to the query, with the response code in its flags. */
function reply(answers: Answer[], { id = query.id, flags = 0, name = query.name } = {}) {
  return encode({ type: "response", id, flags, questions: [{ type: "A", name }], answers });
}

const a = (data: string): Answer => ({ type: "A", name: "a.example", ttl: 60, data });

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

  it.each([
    ["HTTPS", "UNKNOWN_65"],
    ["SVCB", "UNKNOWN_64"],
    ["ANY", "ANY"],
  ])("may ask for %s, and for the root", (type, told) => {
    expect(decode(encodeQuery({ id: 1, name: ".", type })).questions).toMatchObject([
      { name: ".", type: told },
    ]);
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
      tooLong: false,
      truncated: false,
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
    [11, "RCODE11"],
  ])("with the response code %i is %s", (statusCode, statusCodeName) => {
    const read = readAnswer(reply([], { flags: statusCode }), query);
    expect(read).toMatchObject({ statusCode, statusCodeName, answers: [] });
  });

  it("is kept to a number of records", () => {
    const many = Array.from({ length: MAX_ANSWERS + 1 }, (_, i) => a(`192.0.2.${i % 256}`));
    const read = readAnswer(reply(many), query);
    expect([read?.answers.length, read?.truncated]).toEqual([MAX_ANSWERS, true]);
  });

  it("that UDP has no room for says so, whatever is left of it", () => {
    const cut = reply([a("192.0.2.1")], { flags: 0x200 }).subarray(0, 29);
    expect(readAnswer(cut, query)).toMatchObject({ tooLong: true, answers: [] });
  });
});

describe("what does not answer the query is passed over", () => {
  it.each([
    ["another id", reply([], { id: 1 })],
    ["another name", reply([], { name: "b.example" })],
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
