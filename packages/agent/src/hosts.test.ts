import { expect, it } from "vitest";

import { parseHosts, systemHosts } from "./hosts.ts";

const FILE = `# a comment
::1\tlocalhost ip6-localhost
127.0.0.1 localhost  # as always
10.0.0.5   WWW.Example.com www
not-an-address name
10.0.0.8 Пример.рф. a..b
10.0.0.6

10.0.0.7 www.example.com\r
`;

it("[PRB-80] reads names and aliases in any case, IPv4 before IPv6, and skips what is no entry", () => {
  expect([...parseHosts(FILE)]).toEqual([
    ["localhost", ["127.0.0.1", "::1"]],
    ["ip6-localhost", ["::1"]],
    ["www.example.com", ["10.0.0.5", "10.0.0.7"]],
    ["www", ["10.0.0.5"]],
    ["xn--e1afmkfd.xn--p1ai", ["10.0.0.8"]],
    ["a..b", ["10.0.0.8"]],
  ]);
});

it("reads an unchanged file once", () => expect(systemHosts()).toBe(systemHosts()));
