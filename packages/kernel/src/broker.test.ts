import { createHash } from "node:crypto";

import { expect, it } from "vitest";

import { brokerPasswordHash } from "./broker.ts";

it("hashes a password as RabbitMQ does, each time with another salt", () => {
  const hash = brokerPasswordHash("pässword");
  const bytes = Buffer.from(hash, "base64");
  const again = createHash("sha256").update(bytes.subarray(0, 4)).update("pässword").digest();
  expect(bytes.subarray(4)).toEqual(again);
  expect(brokerPasswordHash("pässword")).not.toBe(hash);
});
