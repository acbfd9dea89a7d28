import { Fault } from "@netcheck/kernel/fault";
import { parseAllowList } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readTarget, Target } from "./target.ts";

const http = (target: string, more: object = {}, allow = "") =>
  readTarget(Target.parse({ type: "http", target, ...more }), parseAllowList(allow));
const tcp = (target: string, more: object = {}, allow = "") =>
  readTarget(Target.parse({ type: "tcp", target, ...more }), parseAllowList(allow));

const dns = (target: string, more: object = {}, allow = "") =>
  readTarget(Target.parse({ type: "dns", target, ...more }), parseAllowList(allow));
const ping = (target: string, more: object = {}, allow = "") =>
  readTarget(Target.parse({ type: "ping", target, ...more }), parseAllowList(allow));

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

  it("[CHK-10] a dns check asks for a name, or by PTR for an address, and its port is the resolver's", () => {
    expect(dns("_dmarc.Example.com.")).toEqual({
      target: "_dmarc.example.com",
      port: 53,
      options: { recordType: "A", protocol: "UDP", timeoutMs: 5_000 },
    });
    const options = {
      recordType: "mx",
      resolver: "Ns.Example.net.",
      protocol: "tcp",
      ipVersion: 6,
    };
    expect(dns("example.com", { port: 5353, options })).toMatchObject({
      port: 5353,
      options: { recordType: "MX", resolver: "ns.example.net", protocol: "TCP", ipVersion: 6 },
    });
    expect(dns(".", { options: { recordType: "NS" } }).target).toBe(".");
    expect(dns("8.8.8.8", { options: { recordType: "PTR" } }).target).toBe("8.8.8.8");
  });

  it.each<[string, string, object]>([
    ["an address without PTR", "8.8.8.8", {}],
    ["a port without a resolver", "example.com", { port: 5353 }],
    ["a resolver with its port", "example.com", { options: { resolver: "8.8.8.8:53" } }],
    ["a resolver with port 80", "example.com", { options: { resolver: "dns.example.net:80" } }],
    ["a resolver that is a URL", "example.com", { options: { resolver: "https://8.8.8.8/" } }],
    ["a resolver that is a flag", "example.com", { options: { resolver: "-f" } }],
    ["a URL", "https://example.com/", {}],
  ])("[CHK-10] a dns check of %s is refused", (_, target, more) => {
    expect(codeOf(() => dns(target, more))).toBe("checks.target");
  });

  it("[CHK-38] NC-B-25 a reverse name of what is special is refused, unless that is allowed", () => {
    for (const name of ["1.0.0.10.in-addr.arpa", "168.192.in-addr.arpa.", "d.f.ip6.arpa"])
      for (const recordType of ["PTR", "A", "ANY"])
        expect(codeOf(() => dns(name, { options: { recordType } }))).toBe("checks.target_refused");
    expect(dns("4.4.8.8.in-addr.arpa").target).toBe("4.4.8.8.in-addr.arpa");
    const asked = { type: "dns", target: "1.0.0.10.in-addr.arpa", options: {} } as const;
    expect(readTarget(asked, parseAllowList("10.0.0.0/8")).port).toBe(53);
  });

  it.each([
    ["*.Example.com", "*.example.com"],
    ["_443._tcp.www.example.com.", "_443._tcp.www.example.com"],
    ["0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa"],
    ["first\\.last.example.com", "first\\.last.example.com"],
    ["-a-.example.com", "-a-.example.com"],
    ["*.пример.рф", "*.xn--e1afmkfd.xn--p1ai"],
  ])("[CHK-40] a dns check may ask for %s", (target, name) => {
    expect(dns(target, {}, "192.0.2.0/24").target).toBe(name);
  });

  it("[CHK-40] a port behind the name is the resolver's", () => {
    const options = { resolver: "ns.example.net" };
    expect(dns("_dmarc.example.com:5353", { options })).toMatchObject({
      target: "_dmarc.example.com",
      port: 5353,
    });
    expect(codeOf(() => dns("*.example.com:5353"))).toBe("checks.target");
  });

  it.each(["a..example.com", "exa mple.com", "example.com/path", "a\\", `${"a".repeat(64)}.com`])(
    "[CHK-40] a dns check may not ask for %s",
    (target) => expect(codeOf(() => dns(target))).toBe("checks.target"),
  );

  it.each([
    "1.0.0.10.in\\045addr.arpa",
    "\\049.0.0.10.in-addr.arpa",
    "0/25.0.168.192.in-addr.arpa",
    "LOCALHOST.",
    "_http._tcp.db.internal",
    "\\108ocalhost",
    "printer.local",
  ])("[CHK-40] [CHK-38] another writing opens nothing: %s", (target) => {
    expect(codeOf(() => dns(target))).toBe("checks.target_refused");
  });

  it.each(["0x7f.1", "127.0.0.1.", "１２７.0.0.1", "\\049\\050\\055.0.0.1", "[::1]", "::1"])(
    "[CHK-40] an address in any writing is one: %s",
    (target) => {
      const options = { recordType: "PTR" };
      expect(codeOf(() => dns(target, { options }))).toBe("checks.target_refused");
      expect(dns(target, { options }, "127.0.0.0/8,::1").target).toMatch(/^(127\.0\.0\.1|::1)$/);
    },
  );

  it("[CHK-10] a ping check has no port, and its packets fit into its time", () => {
    expect(ping("example.com")).toEqual({
      target: "example.com",
      options: { packets: 3, intervalMs: 500, timeoutMs: 10_000 },
    });
    expect(ping("2001:4860:4860::8888").target).toBe("2001:4860:4860::8888");
    expect(codeOf(() => ping("example.com", { port: 80 }))).toBe("checks.target");
    for (const options of [{ packets: 17 }, { intervalMs: 100 }, { packets: 16, timeoutMs: 5_000 }])
      expect(codeOf(() => ping("example.com", { options }))).toBe("checks.options");
  });

  it("[CHK-10] a family of addresses is chosen for names only", () => {
    const options = { ipVersion: 6 };
    expect(http("http://example.com/", { options })).toMatchObject({ options });
    for (const read of [
      () => http("http://8.8.8.8/", { options }),
      () => tcp("8.8.8.8", { port: 1, options }),
      () => ping("8.8.8.8", { options }),
      () => dns("example.com", { options }),
      () => dns("example.com", { options: { ...options, resolver: "8.8.8.8" } }),
      () => http("http://example.com/", { options: { ipVersion: 5 } }),
    ])
      expect(codeOf(read)).toBe("checks.options");
  });

  it("[CHK-10] HTTP/2 is asked for by protocol, and is https", () => {
    expect(http("example.com", { options: { protocol: "HTTP2" } })).toMatchObject({
      port: 443,
      options: { protocol: "http2" },
    });
  });

  it("[CHK-10] port 80 beside a bare host is not lost", () => {
    expect(tcp("example.com:80").port).toBe(80);
    expect(tcp("[2001:4860:4860::8888]:80").port).toBe(80);
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
    expect(codeOf(() => ping(host))).toBe("checks.target_refused");
    const bare = host.replace(/[[\]]/g, "");
    expect(codeOf(() => dns("example.com", { options: { resolver: bare } }))).toBe(
      "checks.target_refused",
    );
  });

  it("[CHK-11] what is allowed is accepted, and nothing beside it", () => {
    expect(http("http://127.0.0.1/", {}, "127.0.0.0/8").target).toBe("127.0.0.1");
    expect(http("http://localhost/", {}, "127.0.0.0/8").target).toBe("localhost");
    expect(codeOf(() => http("http://10.0.0.1/", {}, "127.0.0.0/8"))).toBe("checks.target_refused");
  });

  it("[CHK-10] whatever is typed is accepted or refused, and never crashes", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.domain(), fc.ipV6());
    fc.assert(
      fc.property(text, fc.constantFrom(...CheckType.options), (target, type) => {
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
