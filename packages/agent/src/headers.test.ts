import { describe, expect, it } from "vitest";

import { answerHeaders, headersAfterRedirect, requestHeaders } from "./headers.ts";

const url = new URL("http://example.com:8080/");

describe("a request's headers", () => {
  it("name the host and the agent, and ask for no compression", () => {
    expect(requestHeaders(url, {})).toEqual({
      host: "example.com:8080",
      "user-agent": expect.stringMatching(/^Netcheck\/\d/),
      accept: "*/*",
      "accept-encoding": "identity",
      connection: "close",
    });
  });

  it("are the check's own where it has them, in any case", () => {
    const own = { Host: "other.example", "User-Agent": "x", "X-Key": "1" };
    expect(requestHeaders(url, own)).toMatchObject({
      host: "other.example",
      "user-agent": "x",
      "x-key": "1",
    });
  });

  it("leave connection and framing to the agent", () => {
    const own = { Connection: "keep-alive", "Content-Length": "9", "Transfer-Encoding": "chunked" };
    expect(requestHeaders(url, own)).toEqual(requestHeaders(url, {}));
  });
});

describe("after a redirect", () => {
  const own = {
    Authorization: "s",
    Cookie: "s",
    Host: "h",
    "Proxy-Authorization": "s",
    accept: "a",
  };

  it("the same origin gets all headers", () => {
    expect(headersAfterRedirect(url, new URL("/x", url), own)).toBe(own);
  });

  it.each(["http://example.com/", "https://example.com:8080/", "http://evil.example:8080/"])(
    "%s gets no secrets",
    (to) => expect(headersAfterRedirect(url, new URL(to), own)).toEqual({ accept: "a" }),
  );
});

describe("an answer's headers", () => {
  it("are by lower-case name, in a list where one came more than once", () => {
    const raw = ["A", "1", "set-cookie", "x", "Set-Cookie", "y", "SET-COOKIE", "z"];
    expect(answerHeaders(raw)).toEqual({ a: "1", "set-cookie": ["x", "y", "z"] });
  });

  it("cannot touch a prototype, nor bring text that cannot be stored", () => {
    const headers = answerHeaders(["__proto__", "x", "constructor", "y", "a", "\0".repeat(20_000)]);
    expect(Object.keys(headers)).toEqual(["constructor", "a"]);
    expect(headers["a"]).toBe("\ufffd".repeat(10_000));
  });
});
