import { Fault } from "@netcheck/kernel/fault";
import { parseAllowList } from "@netcheck/wire/address";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readTarget, Target } from "./target.ts";

const http = (target: string, more: object = {}, allow = "") =>
  readTarget(Target.parse({ type: "http", target, ...more }), parseAllowList(allow));
const tcp = (target: string, more: object = {}, allow = "") =>
  readTarget(Target.parse({ type: "tcp", target, ...more }), parseAllowList(allow));

const codeOf = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return "accepted";
};

describe("what a target may be", () => {
  it("[CHK-10] a URL is read apart into host, port and options", () => {
    expect(http("https://Example.com:8443/a/b?c=d")).toMatchObject({
      target: "example.com",
      port: 8443,
      options: { protocol: "https", path: "/a/b", query: "c=d", method: "GET", timeoutMs: 10_000 },
    });
  });

  it("[CHK-10] a bare host takes the port and protocol beside it", () => {
    expect(http("example.com")).toMatchObject({ port: 80, options: { protocol: "http" } });
    expect(http("example.com", { port: 443 })).toMatchObject({ options: { protocol: "https" } });
    expect(http("example.com", { options: { protocol: "HTTPS", port: 444 } })).toMatchObject({
      port: 444,
      options: { protocol: "https" },
    });
    expect(tcp("example.com:22")).toMatchObject({ target: "example.com", port: 22 });
    expect(tcp("2001:4860:4860::8888", { port: 53 })).toMatchObject({
      target: "2001:4860:4860::8888",
      port: 53,
    });
  });

  it("[CHK-10] international names become what resolvers ask for", () => {
    expect(http("http://пример.рф/").target).toBe("xn--e1afmkfd.xn--p1ai");
  });

  it.each([
    ["a flag", "-oProxyCommand=x"],
    ["another scheme", "ftp://example.com/"],
    ["a user in it", "http://user:pass@example.com/"],
    ["a path without a scheme", "example.com/x"],
    ["a space", "exa mple.com"],
    ["nothing but a dot", "."],
    ["an endless label", `${"a".repeat(64)}.com`],
  ])("[CHK-10] %s is refused with what to change", (_, target) => {
    expect(codeOf(() => http(target))).toBe("checks.target");
  });

  it("[CHK-10] ports that differ, are missing or out of range are refused", () => {
    expect(codeOf(() => http("http://example.com:81", { port: 82 }))).toBe("checks.target");
    expect(codeOf(() => tcp("example.com"))).toBe("checks.target");
    expect(codeOf(() => tcp("example.com", { options: { port: 65_536 } }))).toBe("checks.target");
    expect(codeOf(() => tcp("https://example.com", { port: 1 }))).toBe("checks.target");
  });

  it("[CHK-10] an unknown option is refused, not ignored", () => {
    expect(codeOf(() => tcp("example.com", { port: 1, options: { timeout: 5 } }))).toBe(
      "checks.options",
    );
  });

  it.each([
    ["loopback", "127.0.0.1"],
    ["loopback, short", "127.1"],
    ["loopback, octal", "0177.0.0.1"],
    ["loopback, decimal", "2130706433"],
    ["loopback, hex", "0x7f.0.0.1"],
    ["loopback with a dot", "127.0.0.1."],
    ["unspecified", "0.0.0.0"],
    ["private", "10.1.2.3"],
    ["cloud metadata", "169.254.169.254"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["multicast", "224.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["IPv6 loopback", "[::1]"],
    ["IPv4 in IPv6", "[::ffff:127.0.0.1]"],
    ["NAT64", "[64:ff9b::7f00:1]"],
    ["6to4", "[2002:7f00:1::]"],
    ["Teredo", "[2001:0:7f00:1::]"],
    ["unique local", "[fd00::1]"],
    ["link-local", "[fe80::1]"],
    ["a local name", "localhost"],
    ["a local name in capitals", "LOCALHOST."],
    ["a local domain", "db.internal"],
    ["another local domain", "printer.local"],
  ])("[CHK-11] %s is refused", (_, host) => {
    expect(codeOf(() => http(`http://${host}/`))).toBe("checks.target_refused");
    expect(codeOf(() => tcp(host, { port: 80 }))).toBe("checks.target_refused");
  });

  it("[CHK-11] what is allowed is accepted, and nothing beside it", () => {
    expect(http("http://127.0.0.1/", {}, "127.0.0.0/8").target).toBe("127.0.0.1");
    expect(http("http://localhost/", {}, "127.0.0.0/8").target).toBe("localhost");
    expect(codeOf(() => http("http://10.0.0.1/", {}, "127.0.0.0/8"))).toBe("checks.target_refused");
  });

  it("[CHK-10] whatever is typed is accepted or refused, and never crashes", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.domain(), fc.ipV6());
    fc.assert(
      fc.property(text, fc.constantFrom("http", "tcp"), (target, type) => {
        const parsed = Target.safeParse({ type, target, port: 80 });
        if (!parsed.success) return;
        const code = codeOf(() => readTarget(parsed.data, []));
        expect(["accepted", "checks.target", "checks.target_refused", "checks.options"]).toContain(
          code,
        );
      }),
    );
  });
});
