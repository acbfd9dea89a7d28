import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fitted, pageThatFits } from "./answer-size.ts";

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

describe("the size of an answer", () => {
  it.each([
    ["a page in Latin", "<p class='a'>x</p>\n".repeat(600)],
    ["one in Cyrillic", "я".repeat(10_000)],
    ["one in Chinese, cut by the agent", "表".repeat(8_000)],
    ["one of emoji", "\u{1f600}".repeat(5_000)],
  ])("[CHK-37] %s stays whole", (_, body) => {
    const result = { statusCode: 200, headers: { server: "x" }, body };
    expect(fitted(result)).toBe(result);
  });

  it("[CHK-37] what is too long is shortened and the rest is kept, in its order", () => {
    const result = { statusCode: 200, truncated: false, body: '"'.repeat(10_000), tls: null };
    const kept = fitted(result);
    expect(kept).toEqual({ ...result, body: '"'.repeat(8_000), truncated: true });
    expect(Object.keys(kept)).toEqual(Object.keys(result));
  });

  it("[CHK-37] whatever a result is, it fits, and once is enough", () => {
    const long = fc.oneof(
      fc.constantFrom('"', "\\", "\u0001", "表", "\ud800", "x").map((it) => it.repeat(20_000)),
      fc.constantFrom('"'.repeat(300), 1e21, null).map((it) => Array<unknown>(2_000).fill(it)),
      fc.nat(3_000).map((n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [i, i]))),
      fc.constant(JSON.parse(`${'{"a":[1,'.repeat(15)}1${"]}".repeat(15)}`) as unknown),
    );
    const result = fc.dictionary(fc.string(), fc.oneof(long, fc.jsonValue()), { maxKeys: 12 });
    fc.assert(
      fc.property(result, fc.constantFrom("k", '"', "表"), (some, key) => {
        const kept = fitted({ ...some, [key.repeat(40_000)]: 1 });
        expect(sizeOf(kept)).toBeLessThanOrEqual(32 * 1024);
        expect(fitted(kept)).toBe(kept);
        expect(kept["truncated"]).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("[CHK-37] a page ends where it is full, never before its first item", () => {
    const items = Array.from({ length: 100 }, (_, i) => ({ i, text: '"'.repeat(60_000) }));
    const page = pageThatFits(items);
    expect(page.length).toBeGreaterThan(10);
    expect(page).toEqual(items.slice(0, page.length));
    expect(sizeOf(page)).toBeLessThan(6_000_000);
    expect(pageThatFits([{ text: "x".repeat(9_000_000) }])).toHaveLength(1);
    expect(pageThatFits([1, 2, 3])).toEqual([1, 2, 3]);
  });
});
