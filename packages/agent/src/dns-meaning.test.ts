import type { Answer } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";

import { askDns, closeDns, resolver } from "../../../test/support/dns-asking.ts";
import type { Reply } from "../../../test/support/dns-server.ts";

afterEach(closeDns);

const soa: Answer = { type: "SOA", name: "example", data: { mname: "m", rname: "r" } };
const ns = (name: string): Answer => ({ type: "NS", name, ttl: 60, data: "ns.example" });
const alias = (name: string, data: string): Answer => ({ type: "CNAME", name, ttl: 60, data });
const a = (name: string): Answer => ({ type: "A", name, ttl: 60, data: "192.0.2.1" });

const read = async (reply: Reply, options: object = {}) => {
  const { port } = await resolver(() => reply);
  const { result, failure } = await askDns(port, options);
  const { meaning, canonicalName, remarks } = result;
  return { meaning, canonicalName, remarks, failure };
};

describe("[PRB-41] an empty answer is told by its flags and authority:", () => {
  it.each<[string, string, Reply]>([
    ["nodata", "with an SOA", { authorities: [soa] }],
    ["nodata", "with an SOA, from a cache", { authorities: [soa], recursive: true }],
    ["nodata", "with nothing, of an authority", {}],
    ["nodata", "with nothing, of a resolver", { recursive: true }],
    ["referral", "to the zone's servers", { authorities: [ns("a.example")], lame: true }],
    ["referral", "to those of a zone above", { authorities: [ns("Example")], lame: true }],
    ["lame", "that refers to the root", { authorities: [ns(".")], lame: true }],
    ["lame", "that refers elsewhere", { authorities: [ns("b.example")], lame: true }],
    ["lame", "of one who neither knows nor asks", { lame: true }],
    ["nodata", "of an authority that names its servers", { authorities: [ns("example")] }],
  ])("%s %s", async (meaning, _what, reply) => {
    expect(await read(reply)).toMatchObject({ meaning, canonicalName: null, failure: undefined });
  });

  it.each<[string, string, Reply]>([
    ["nxdomain", "not_found", { statusCode: 3, authorities: [soa] }],
    ["lame", "refused", { statusCode: 5, lame: true }],
    ["refused", "refused", { statusCode: 5, recursive: true }],
    ["lame", "refused", { statusCode: 5, recursive: true, edns: [[20, ""]] }],
    ["lame", "resolver_failed", { statusCode: 9 }],
    ["error", "resolver_failed", { statusCode: 2 }],
    ["error", "resolver_failed", { statusCode: 23, edns: [] }],
  ])("%s, which fails by %s", async (meaning, code, reply) => {
    expect(await read(reply)).toMatchObject({ meaning, failure: { error: { code } } });
  });

  it("says in words what a lame server and a referral are", async () => {
    const lame = await read({ lame: true });
    const message = "This server has no zone for a.example, and does not ask others.";
    expect(lame.remarks).toEqual([{ code: "lame", message }]);
    const referral = await read({ authorities: [ns("example")], lame: true });
    expect(referral.remarks).toEqual([
      { code: "referral", message: "Ask the servers of example." },
    ]);
  });
});

describe("[PRB-44] an alias whose end is missing names the end:", () => {
  const chain = [alias("a.example", "b.example"), alias("B.example", "gone.example")];

  it("one that does not exist", async () => {
    const message = "a.example is an alias of gone.example, which does not exist";
    expect(await read({ statusCode: 3, answers: chain, authorities: [soa] })).toEqual({
      meaning: "nxdomain",
      canonicalName: "gone.example.",
      remarks: [{ code: "dangling_alias", message: `${message}.` }],
      failure: {
        failureSource: "target",
        failedPhase: "dns",
        error: { code: "not_found", message: `${message} (NXDOMAIN).` },
      },
    });
  });

  it("one without such a record", async () => {
    for (const more of [{ authorities: [soa] }, { recursive: true }])
      expect(await read({ answers: chain, ...more }, { recordType: "AAAA" })).toEqual({
        meaning: "nodata",
        canonicalName: "gone.example.",
        remarks: [
          {
            code: "dangling_alias",
            message: "a.example is an alias of gone.example, which has no AAAA record.",
          },
        ],
        failure: undefined,
      });
  });

  it("one that other servers know", async () => {
    const elsewhere = await read({ answers: chain });
    expect(elsewhere).toMatchObject({ meaning: "alias", canonicalName: "gone.example." });
    const referral = await read({ answers: chain, authorities: [ns("gone.example")] });
    expect(referral).toMatchObject({ meaning: "referral", canonicalName: "gone.example." });
  });

  it("one that leads in a circle", async () => {
    const circle = [...chain, alias("gone.example", "a.example")];
    for (const answers of [circle, [alias("a.example", "A.example")]])
      expect(await read({ answers, recursive: true })).toMatchObject({
        meaning: "alias",
        remarks: [{ code: "alias_loop" }],
      });
  });

  it("and one that is there is an answer", async () => {
    expect(await read({ answers: [a("GONE.example"), ...chain] })).toEqual({
      meaning: "answer",
      canonicalName: "gone.example.",
      remarks: [],
      failure: undefined,
    });
    const asked = await read({ answers: chain.slice(0, 1) }, { recordType: "CNAME" });
    expect(asked).toMatchObject({ meaning: "answer", canonicalName: null });
  });
});

it("[PRB-41] records of other names answer nothing", async () => {
  expect(await read({ answers: [a("b.example")], recursive: true })).toMatchObject({
    meaning: "nodata",
    remarks: [{ code: "unrelated_records" }],
  });
});

it("[PRB-40] what the server says of its answer is said", async () => {
  expect(await read({ answers: [a("a.example")], edns: [[3, "cached"]] })).toMatchObject({
    remarks: [{ code: "extended_error", message: "The server says: Stale Answer (3): cached." }],
  });
  const { failure } = await read({
    statusCode: 2,
    edns: [
      [6, ""],
      [22, "no one"],
    ],
  });
  expect(failure?.error.message).toBe(
    "The resolver answered SERVFAIL for a.example: DNSSEC Bogus (6); No Reachable Authority (22): no one.",
  );
});
