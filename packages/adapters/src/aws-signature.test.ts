import { describe, expect, it } from "vitest";

import { signed } from "./aws-signature.ts";

/** `post-vanilla` and `post-header-key-sort` of AWS' own suite for Signature Version 4. */
const AT = new Date("2015-08-30T12:36:00Z");
const BY = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const call = { service: "service", region: "us-east-1", body: "" };
const host = "example.amazonaws.com";

describe("a signature", () => {
  it("is the one that AWS publishes for a request", () => {
    expect(signed({ ...call, headers: { host } }, BY, AT)).toEqual({
      host,
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    });
  });

  it("covers every header, in their order", () => {
    const headers = { "my-header1": "value1", host };
    expect(signed({ ...call, headers }, BY, AT).authorization).toContain(
      "SignedHeaders=host;my-header1;x-amz-date, Signature=c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    );
  });

  it("covers the body and the token of a session", () => {
    const by = { ...BY, sessionToken: "token" };
    const first = signed({ ...call, headers: { host }, body: "{}" }, by, AT);
    expect(first).toMatchObject({ "x-amz-security-token": "token" });
    expect(first.authorization).toContain("x-amz-date;x-amz-security-token");
    const other = signed({ ...call, headers: { host }, body: "[]" }, by, AT);
    expect(other.authorization).not.toBe(first.authorization);
  });
});
