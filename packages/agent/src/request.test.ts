import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { readRequest } from "./request.ts";

function golden(type: string): Record<string, unknown> {
  const file = new URL(`../../../test/fixtures/wire/${type}-request.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}

const read = (message: unknown) => readRequest(Buffer.from(JSON.stringify(message)));

describe("a request is read", () => {
  it.each(["http", "tcp", "dns", "ping"])("as the golden file of %s has it", (type) => {
    expect(read(golden(type))).toEqual({ request: golden(type) });
  });

  it("with the defaults of what it leaves out", () => {
    expect(read({ ...golden("http"), options: {}, port: undefined })).toMatchObject({
      request: { options: { method: "GET", protocol: "http", path: "/", timeoutMs: 10_000 } },
    });
  });

  it("[PRB-13] as a check, whether it says so or not", () => {
    expect(read(golden("check"))).toEqual({ request: golden("check") });
    expect(golden("check")).toMatchObject({ ...golden("tcp"), kind: "check" });
  });

  it("whatever a later platform adds to it", () => {
    const options = { timeoutMs: 5_000, later: 1 };
    expect(read({ ...golden("tcp"), options, later: 1 })).toEqual({ request: golden("tcp") });
  });
});

describe("a request is refused", () => {
  it.each([
    ["not JSON", "nope"],
    ["not JSON", ""],
    ["not version 1", "[1]"],
    ["not version 1", "null"],
    ["not version 1", "{}"],
    ["not version 1", '{"v":2,"type":"ping"}'],
  ])("%s: %s", (reason, text) => {
    expect(readRequest(Buffer.from(text))).toEqual({ refusal: expect.stringContaining(reason) });
  });

  it.each([
    ["type", { type: "udp" }],
    ["id", { id: "x" }],
    ["port", { port: undefined }],
    ["target", { target: "" }],
    ["deadlineAt", { deadlineAt: "soon" }],
    ["options.timeoutMs", { options: { timeoutMs: 1e9 } }],
    ["options", { options: null }],
  ])("because of its %s", (at, change) => {
    const refused = read({ ...golden("tcp"), ...change });
    expect(refused).toEqual({ refusal: expect.stringContaining(`${at}: `) });
  });

  it.each(["look", "toString"])("[PRB-13] and can be answered where its kind is %s", (kind) => {
    const { id } = golden("tcp");
    expect(read({ v: 1, id, kind, where: "everywhere" })).toEqual({
      refusal: expect.stringContaining(kind),
      unsupported: { v: 1, id, kind },
    });
    expect(read({ v: 1, kind })).not.toHaveProperty("unsupported");
  });

  it.each(["a\r\nb: c", "a\0"])("with the header value %j", (value) => {
    expect(read({ ...golden("http"), options: { headers: { a: value } } })).toHaveProperty(
      "refusal",
    );
  });
});
