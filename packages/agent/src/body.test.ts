import { describe, expect, it } from "vitest";

import { decodeBody } from "./body.ts";

describe("a body's text", () => {
  it.each([
    [undefined, Buffer.from("Привет"), "Привет"],
    ["text/html", Buffer.from("é"), "é"],
    ["text/html; charset=utf-8", Buffer.from("é"), "é"],
    ['text/html; charset="windows-1251"', Buffer.from("cff0e8e2e5f2", "hex"), "Привет"],
    ["text/html;CHARSET=ISO-8859-1", Buffer.from([0xe9]), "é"],
    ["text/html; charset=klingon", Buffer.from("é"), "é"],
    ["image/png", Buffer.from([0x89, 0x50, 0]), "\ufffdP\ufffd"],
  ])("of %s is read by its charset", (type, bytes, text) => {
    const headers = type === undefined ? [] : ["Content-Type", type];
    expect(decodeBody(headers, [bytes])).toMatchObject({ text, whole: true });
  });

  it("is put together before it is read, so that no character is split", () => {
    const bytes = Buffer.from("Я");
    expect(decodeBody([], [bytes.subarray(0, 1), bytes.subarray(1)]).text).toBe("Я");
  });

  it("ends after 10 000 characters, and says so", () => {
    expect(decodeBody([], [Buffer.from("x".repeat(10_000))]).whole).toBe(true);
    const { text, whole } = decodeBody([], [Buffer.from("x".repeat(10_001))]);
    expect([text.length, whole]).toEqual([10_000, false]);
  });

  it("is left out where it came compressed although nobody asked for that", () => {
    const left = decodeBody(["content-encoding", "gzip"], [Buffer.from("x")]);
    expect(left).toMatchObject({ text: "", whole: false });
  });
});
