import { describe, expect, it } from "vitest";

import { methodAfterRedirect, redirectOf } from "./redirect.ts";

const from = new URL("https://example.com/a/b?c");

describe("a redirect", () => {
  it.each([
    ["d", "https://example.com/a/d"],
    ["/d?e#f", "https://example.com/d?e"],
    ["//other.example/x", "https://other.example/x"],
    ["http://user:secret@other.example/", "http://other.example/"],
    ["HTTP://OTHER.example:80/", "http://other.example/"],
  ])("to %s leads to %s", (location, href) => {
    const redirect = redirectOf(from, 302, location);
    expect(redirect && "url" in redirect && redirect.url.href).toBe(href);
  });

  it.each(["http://a:0/", "//a:0", "http://a:99999/", "http://[::1%25lo]/"])(
    "to %s is followed by nobody: the answer is the last one",
    (location) => expect(redirectOf(new URL("http://b/"), 302, location)).toBeUndefined(),
  );

  it.each(["ftp://x/", "file:///etc/passwd", "javascript:alert(1)", "data:,x", "gopher://x:70/_"])(
    "to %s is refused",
    (location) => expect(redirectOf(from, 301, location)).toHaveProperty("refused"),
  );

  it.each([
    [302, undefined],
    [302, ""],
    [302, "http://"],
    [302, "http://[::1"],
    [304, "/x"],
    [200, "/x"],
    [undefined, "/x"],
  ])("is none with status %s and location %s", (statusCode, location) => {
    expect(redirectOf(from, statusCode, location)).toBeUndefined();
  });
});

it("keeps the method, but for 303", () => {
  const after = (method: string, code: number) => methodAfterRedirect(method, code);
  expect([after("OPTIONS", 302), after("OPTIONS", 303)]).toEqual(["OPTIONS", "GET"]);
  expect([after("HEAD", 303), after("GET", 307)]).toEqual(["HEAD", "GET"]);
});
