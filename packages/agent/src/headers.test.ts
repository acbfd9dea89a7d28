import { describe, expect, it } from "vitest";

import { answerHeaders, headersAfterRedirect, requestHeaders } from "./headers.ts";

const url = new URL("http://example.com:8080/");

describe("[PRB-24] a request's headers go out by their names as the world writes them", () => {
  it("and name the host and the agent, and ask for no compression", () => {
    expect(Object.entries(requestHeaders(url, {}))).toEqual([
      ["Host", "example.com:8080"],
      ["User-Agent", expect.stringMatching(/^Netcheck\/\d/)],
      ["Accept", "*/*"],
      ["Accept-Encoding", "identity"],
      ["Connection", "close"],
    ]);
  });

  it("and are the check's own where it has them, as it writes them", () => {
    const own = { host: "other.example", "USER-AGENT": "x", "X-Key": "1" };
    expect(requestHeaders(url, own)).toEqual({
      host: "other.example",
      "USER-AGENT": "x",
      Accept: "*/*",
      "Accept-Encoding": "identity",
      "X-Key": "1",
      Connection: "close",
    });
  });

  it("and leave connection and framing to the agent", () => {
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

  it("are as many as came, in time that grows no faster than they do", () => {
    const raw = Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? "A" : "b"));
    expect(answerHeaders(raw)["a"]).toHaveLength(50_000);
  });

  it("cannot touch a prototype, nor bring text that cannot be stored", () => {
    const headers = answerHeaders(["__proto__", "x", "constructor", "y", "a", "\0".repeat(20_000)]);
    expect(Object.keys(headers)).toEqual(["constructor", "a"]);
    expect(headers["a"]).toBe("\ufffd".repeat(10_000));
  });
});
