import { expect, test } from "vitest";

import { readCommand, replyItem, replyJson } from "./redis-rest.ts";

test("numbers, booleans and objects become the text that Redis stores", () => {
  expect(readCommand(["set", "k", 1.5, true, { a: ["x"] }])).toEqual({
    name: "SET",
    args: ["k", "1.5", "true", '{"a":["x"]}'],
  });
});

test("commands that wait or change the shared connection are refused, in any case of letters", () => {
  for (const command of [
    ["BLPOP", "q", "0"],
    ["select", "1"],
    ["Multi"],
    ["xread", "block", "0", "streams", "s", "$"],
  ])
    expect(readCommand(command)).toBe(`ERR Command is not available: '${command[0]}'`);
  expect(readCommand(["xread", "streams", "s", "0"])).toMatchObject({ name: "XREAD" });
});

test("what is no command is refused", () => {
  for (const body of [[], {}, "get", null, undefined])
    expect(readCommand(body)).toBe("ERR empty command");
});

test("every string is encoded but a plain OK, also strings that look like base64 already", () => {
  expect(replyJson(Buffer.from("abcd"), true)).toBe("YWJjZA==");
  expect(replyJson(Buffer.from("OK"), true)).toBe("OK");
  expect(replyJson([Buffer.from("OK"), 7, null, [Buffer.from("é")]], true)).toEqual([
    "T0s=",
    7,
    null,
    ["w6k="],
  ]);
});

test("without encoding strings are as they are", () => {
  expect(replyJson([Buffer.from("é"), "PONG", 7], false)).toEqual(["é", "PONG", 7]);
});

test("an error of one command of a pipeline is that command's answer", () => {
  expect(replyItem(new Error("WRONGTYPE no"), true)).toEqual({ error: "WRONGTYPE no" });
  expect(replyItem(null, true)).toEqual({ result: null });
});
