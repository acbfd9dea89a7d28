import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";
import type * as z from "zod";

import { SAID } from "./kind.ts";
import { CheckRequest, CheckResponse, CheckType, Heartbeat, MAX_MESSAGE_BYTES } from "./message.ts";
import { TypedOptions } from "./options.ts";

const FOLDER = new URL("../../../test/fixtures/wire/", import.meta.url);

const { result: _byType, ...unasked } = SAID;
const SCHEMAS: Record<string, z.ZodType> = { "check-request": CheckRequest };
for (const [kind, { schema }] of Object.entries(unasked)) SCHEMAS[kind] = schema;
for (const type of CheckType.options) {
  SCHEMAS[`${type}-request`] = CheckRequest;
  SCHEMAS[`${type}-finished`] = CheckResponse;
  SCHEMAS[`${type}-failed`] = CheckResponse;
}

const MAY_BE_ABSENT = ["kind", "port", "clockOffsetMs", "clockJumpedAt"];

function golden(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
}

describe("the golden files", () => {
  it("has one for every message and type", () => {
    const names = readdirSync(FOLDER).map((file) => file.replace(".json", ""));
    expect(names.toSorted()).toEqual(Object.keys(SCHEMAS).toSorted());
  });

  for (const [name, schema] of Object.entries(SCHEMAS)) {
    it(`${name} is read without loss`, () => {
      expect(schema.parse(golden(name))).toEqual(golden(name));
      expect(Buffer.byteLength(JSON.stringify(golden(name)))).toBeLessThan(MAX_MESSAGE_BYTES);
    });

    it(`${name} may carry fields that nobody knows yet`, () => {
      expect(schema.parse({ ...golden(name), later: { x: 1 } })).toEqual(golden(name));
    });

    it(`${name} of another version is refused`, () => {
      for (const v of [0, 2, "1", null, undefined])
        expect(schema.safeParse({ ...golden(name), v }).success).toBe(false);
    });

    it.each(Object.keys(golden(name)).filter((field) => !MAY_BE_ABSENT.includes(field)))(
      `${name} without %s is refused`,
      (field) => {
        const { [field]: _gone, ...rest } = golden(name);
        expect(schema.safeParse(rest).success).toBe(false);
      },
    );
  }

  it.each(CheckType.options)("the options of an %s request are this version's", (type) => {
    const { options } = CheckRequest.parse(golden(`${type}-request`));
    expect(TypedOptions.parse(golden(`${type}-request`))).toMatchObject({ type, options });
  });
});

describe("a message that does not keep to the wire is refused", () => {
  const finished = golden("tcp-finished");
  const failed = golden("tcp-failed");
  const request = golden("tcp-request");
  const beat = golden("heartbeat");

  it.each([
    ["an id that is no UUID", CheckResponse, { ...finished, id: "1" }],
    ["a third status", CheckResponse, { ...finished, status: "missing" }],
    ["a negative duration", CheckResponse, { ...finished, durationMs: -1 }],
    ["a duration of a day", CheckResponse, { ...finished, durationMs: 86_400_000 }],
    ["a date without a time", CheckResponse, { ...finished, startedAt: "2026-11-20" }],
    ["a result that is a list", CheckResponse, { ...finished, result: [] }],
    ["a failure without its source", CheckResponse, { ...failed, failureSource: undefined }],
    ["an unknown source", CheckResponse, { ...failed, failureSource: "weather" }],
    ["an unknown phase", CheckResponse, { ...failed, failedPhase: "lunch" }],
    ["an error that is a text", CheckResponse, { ...failed, error: "refused" }],
    [
      "an endless error",
      CheckResponse,
      { ...failed, error: { code: "x", message: "x".repeat(1_001) } },
    ],
    ["an unknown type", CheckRequest, { ...request, type: "udp" }],
    ["an empty target", CheckRequest, { ...request, target: "" }],
    ["port 0", CheckRequest, { ...request, port: 0 }],
    ["port 65536", CheckRequest, { ...request, port: 65_536 }],
    ["no deadline", CheckRequest, { ...request, deadlineAt: "soon" }],
    ["a load below nothing", Heartbeat, { ...beat, load: -1 }],
    ["half a check running", Heartbeat, { ...beat, running: 0.5 }],
    ["capabilities without end", Heartbeat, { ...beat, capabilities: Array(33).fill("x") }],
  ])("%s", (_what, schema, message) => {
    expect(schema.safeParse(message).success).toBe(false);
  });
});
