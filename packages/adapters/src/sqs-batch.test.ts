import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { BATCH_BYTES, BATCH_ENTRIES, batches, sqsSafe } from "./sqs-batch.ts";

const body = (bytes: number) => ({ body: "x".repeat(bytes) });

describe("batches", () => {
  it("hold ten messages and 1 MiB at most, in order, and lose none", () => {
    const sizes = fc.array(
      fc.oneof(fc.nat(2_000), fc.integer({ min: 200_000, max: BATCH_BYTES })),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(sizes, (list) => {
        const messages = list.map(body);
        const all = [...batches(messages)];
        expect(all.flat()).toEqual(messages);
        for (const batch of all) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(BATCH_ENTRIES);
          const bytes = batch.reduce((sum, message) => sum + message.body.length, 0);
          expect(bytes).toBeLessThanOrEqual(BATCH_BYTES);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("counts bytes, not characters, and refuses what fits none", () => {
    expect(() => [...batches([{ body: "é".repeat(BATCH_BYTES / 2 + 1) }])]).toThrow(RangeError);
    expect([...batches([{ body: "é".repeat(BATCH_BYTES / 2) }])]).toHaveLength(1);
  });
});

describe("JSON for SQS", () => {
  it("says the same and holds no character that SQS refuses", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const json = sqsSafe(JSON.stringify(value));
        expect(JSON.parse(json)).toBe(value);
        expect(json).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd]*$/);
      }),
      { numRuns: 50 },
    );
  });
});
