import { CheckResponse, MAX_MESSAGE_BYTES } from "@netcheck/wire/message";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { policyFailure } from "./failure.ts";
import { encodeResponse, responseOf } from "./response.ts";

const timing = {
  id: "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5a",
  startedAt: 1_795_186_800_250.4,
  durationMs: 1.5,
};

const decode = (bytes: Buffer) => CheckResponse.parse(JSON.parse(bytes.toString()));

describe("an answer", () => {
  it("is finished where nothing stood in the way", () => {
    expect(responseOf(timing, { result: { a: 1 } })).toEqual({
      v: 1,
      id: timing.id,
      startedAt: "2026-11-20T15:00:00.250Z",
      durationMs: 1.5,
      status: "finished",
      result: { a: 1 },
    });
  });

  it("is failed with what stood in the way and what was learnt until then", () => {
    const response = responseOf(timing, { failure: policyFailure("no"), result: { a: 1 } });
    expect(CheckResponse.parse(response)).toMatchObject({
      status: "failed",
      failureSource: "agent",
      failedPhase: "policy",
      error: { code: "refused_by_policy", message: "no" },
      result: { a: 1 },
    });
  });
});

describe("[PRB-31] an answer too large for a message", () => {
  const big = (field: string) => ({
    statusCode: 200,
    truncated: false,
    [field]: "\0".repeat(60_000),
  });
  const sent = (result: Record<string, unknown>) =>
    decode(encodeResponse(responseOf(timing, { result })));

  it("is left whole when it fits", () => {
    const result = { body: "\0".repeat(40_000), truncated: false };
    expect(sent(result).result).toEqual(result);
  });

  it.each([
    ["body", ""],
    ["headers", {}],
    ["redirects", []],
    ["tls", null],
    ["answers", []],
    ["steps", []],
  ])("loses its %s", (field, rest) => {
    expect(sent(big(field)).result).toMatchObject({
      statusCode: 200,
      truncated: true,
      [field]: rest,
    });
  });

  it("keeps of each step and certificate what is short and most telling", () => {
    const tls = {
      authorized: false,
      error: "expired",
      expiresAt: "2020-01-01T00:00:00.000Z",
      chain: Array.from({ length: 9 }, () => ({ subject: { alt: "\u0001".repeat(4_096) } })),
    };
    const step = { url: `https://a.example/${"x".repeat(8_000)}`, statusCode: 302, tls };
    const steps = Array.from({ length: 11 }, () => step);
    const headers = Object.fromEntries(
      Array.from({ length: 999 }, (_, i) => [`a${i}`, "x".repeat(i < 200 ? 300 : 600)]),
    );
    const { result } = sent({ statusCode: 200, headers, steps, tls, timings: { total: 1 } });
    const brief = { authorized: false, error: "expired", expiresAt: tls.expiresAt };
    expect(result).toMatchObject({
      statusCode: 200,
      timings: { total: 1 },
      truncated: true,
      steps: steps.map(() => ({ ...step, tls: brief })),
    });
    expect(Object.keys(result["headers"] as object)).toHaveLength(100);
  });

  it("is none with eleven hops of four certificates each, and keeps each verdict of the largest", () => {
    const name = (chars: number) => ({ C: "US", O: "x".repeat(chars), CN: "x".repeat(chars) });
    const certificate = (chars: number) => ({
      subject: { ...name(chars), alt: "x".repeat(chars) },
      issuer: name(chars),
      createdAt: "2026-01-01T00:00:00.000Z",
      expiresAt: "2027-01-01T00:00:00.000Z",
      serialNumber: "0".repeat(40),
      fingerprint256: "0".repeat(95),
    });
    const hops = (length: number, chars: number) => {
      const chain = Array.from({ length }, () => certificate(chars));
      const tls = { authorized: false, error: "expired", faults: chain, chain };
      const url = `https://${"x".repeat(chars)}.example/`;
      const steps = Array.from({ length: 11 }, () => ({ url, statusCode: 301, tls }));
      return { statusCode: 301, body: "x".repeat(10_000), tls: certificate(chars), steps };
    };
    const usual = hops(4, 64);
    expect(sent(usual).result).toEqual(usual);
    const { result } = sent(hops(10, 256));
    const verdict = { statusCode: 301, tls: { authorized: false, error: "expired" } };
    expect(result).toMatchObject({ truncated: true, steps: Array(11).fill(verdict) });
  });

  it("fits, whatever JSON it is that is large", () => {
    const field = fc.constantFrom("body", "headers", "steps", "redirects", "tls", "answers", "x");
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), fc.integer({ min: 400 }), (result, max) => {
        const bytes = encodeResponse(responseOf(timing, { result }), max);
        expect(bytes.length).toBeLessThanOrEqual(max);
        decode(bytes);
      }),
    );
  });

  it("always fits, whatever it is that is large", () => {
    const bytes = encodeResponse(responseOf(timing, { result: big("other") }));
    expect(bytes.length).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(decode(bytes)).toMatchObject({ status: "finished", result: { truncated: true } });
  });
});
