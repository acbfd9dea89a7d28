import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bounded, storableInstant, storableJson } from "./storable.ts";

const nested = (depth: number): Record<string, unknown> => {
  let value: unknown = 1;
  for (let i = 1; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return { deep: value };
};

describe("what can be stored", () => {
  it("[CHK-33] what nests reasonably is kept as it is", () => {
    const result = nested(32);
    expect(bounded(result)).toBe(result);
  });

  it("[CHK-33] what nests deeper is cut there, marked, and the rest is kept", () => {
    const kept = bounded({ statusCode: 200, truncated: false, ...nested(100_000) });
    expect(kept).toMatchObject({ statusCode: 200, truncated: true });
    const json = JSON.stringify(kept);
    expect(json.match(/[[{]/g)).toHaveLength(32);
    expect(bounded(JSON.parse(json) as Record<string, unknown>)).toEqual(kept);
  });

  it("[CHK-33] any JSON comes out shallow, and as JSON without what Postgres refuses", () => {
    const json = fc.jsonValue({ stringUnit: "binary" });
    fc.assert(
      fc.property(json, fc.nat(100), fc.string({ unit: "binary" }), (value, depth, key) => {
        const result = { [key]: value, ...nested(depth) };
        const text = storableJson(bounded(result));
        expect(() => JSON.parse(text) as unknown).not.toThrow();
        expect(text).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
      }),
    );
  });

  it.each([
    ["2026-11-20T16:00:00Z", "2026-11-20T16:00:00.000Z"],
    ["2026-11-20T16:00:00+23:59", "2026-11-19T16:01:00.000Z"],
    ["0000-01-01T00:00:00Z", null],
    ["0001-01-01T00:00:00+10:00", null],
    ["2026-02-31T25:00:00Z", null],
    ["", null],
  ])("[CHK-33] the instant %s is kept as %s", (text, kept) => {
    expect(storableInstant(text)).toBe(kept);
  });
});
