import { readFile } from "node:fs/promises";

import { CheckResponse } from "@netcheck/wire/message";
import fc from "fast-check";
import { expect, it } from "vitest";

import { factsOf } from "./facts.ts";

const golden = async (name: string) => {
  const path = new URL(`../../../test/fixtures/wire/${name}.json`, import.meta.url);
  return factsOf(CheckResponse.parse(JSON.parse(await readFile(path, "utf8"))).result);
};

it("[CHK-14] the values are found where the types put them", async () => {
  expect(await golden("http-finished")).toMatchObject({ statusCode: 200 });
  expect((await golden("tcp-finished")).totalMs).toBeGreaterThan(0);
  expect(await golden("dns-finished")).toEqual({ totalMs: 12.877, statusCodeName: "NOERROR" });
  expect(await golden("dns-failed")).toEqual({ totalMs: 8.911, statusCodeName: "NXDOMAIN" });
  expect(await golden("ping-finished")).toEqual({ averageMs: 11.7, sent: 3, received: 2 });
  expect(await golden("ping-failed")).toEqual({ sent: 3, received: 0 });
  expect(factsOf({})).toEqual({});
});

it.each([
  { timings: null, statusCode: "200" },
  { timings: { total: "12" }, statusCode: 0 },
  { timings: { total: -1 }, statusCode: 1e9 },
  { timings: [1, 2], statusCode: 200.5 },
  { timings: { total: 1e300 }, statusCode: { toString: 200 } },
  { statusCodeName: "<b>", stats: { avg: null, total: -1, rcv: 2.5 } },
])("[CHK-33] what an agent made up is no number: %j", (result) => {
  expect(factsOf(result)).toEqual({});
});

it("[CHK-33] any JSON gives facts that are numbers in bounds", () => {
  const some = fc.dictionary(
    fc.constantFrom("timings", "statusCode", "stats", "x"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(some, (result) => {
      const { totalMs = 0, statusCode = 100 } = factsOf(result as Record<string, unknown>);
      expect(totalMs).toBeGreaterThanOrEqual(0);
      expect(Number.isInteger(statusCode)).toBe(true);
    }),
  );
});
