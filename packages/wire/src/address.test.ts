import { describe, expect, it } from "vitest";

import { isAddressAllowed, literalAddress, parseAllowList } from "./address.ts";

const NOBODY = parseAllowList("");

const REFUSED = {
  "this host and network": ["0.0.0.0", "0.1.2.3", "::"],
  loopback: ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  private: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
  "link-local and metadata": ["169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:a9fe:a9fe"],
  "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
  multicast: ["224.0.0.1", "239.255.255.255", "ff02::1"],
  "broadcast and reserved": ["255.255.255.255", "240.0.0.1", "192.0.0.8", "198.18.0.1"],
  documentation: ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
  NAT64: ["64:ff9b::7f00:1", "64:ff9b:1::a00:1"],
  "6to4, Teredo and ISATAP's kin": ["2002:7f00:1::", "2001:0:1::1", "::ffff:0:7f00:1"],
  "IPv4-compatible": ["::7f00:1", "::10.0.0.1", "::808:808"],
  "not given out": ["4000::1", "fec0::1", "5f00::1"],
  "no address at all": ["", "example.com", "127.0.0.1 ", "1.2.3.4/8", "999.1.1.1"],
};

describe("a check may reach only global unicast addresses", () => {
  for (const [kind, addresses] of Object.entries(REFUSED))
    it.each(addresses)(`refuses ${kind}: %s`, (address) => {
      expect(isAddressAllowed(address, NOBODY)).toBe(false);
    });

  it.each(["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"])(
    "takes %s",
    (address) => expect(isAddressAllowed(address, NOBODY)).toBe(true),
  );
});

describe("an allow list", () => {
  const allow = parseAllowList(" 10.0.0.0/8, ::1 ,127.0.0.1,fd00::/8,");

  it.each(["10.9.8.7", "127.0.0.1", "::1", "fd12::1", "::ffff:10.0.0.1"])("opens %s", (address) => {
    expect(isAddressAllowed(address, allow)).toBe(true);
  });

  it.each(["127.0.0.2", "192.168.0.1", "fe80::1"])("leaves %s refused", (address) => {
    expect(isAddressAllowed(address, allow)).toBe(false);
  });

  it.each(["localhost", "10.0.0.0/33", "10.0.0.0/", "::1/129", "10.0.0.0/8/9", "10/8", "0x7f.1"])(
    "names the part that is no network: %s",
    (text) => expect(() => parseAllowList(`127.0.0.1,${text}`)).toThrow(`"${text}"`),
  );
});

describe("a literal is read as the system would read it", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["[::1]", "::1"],
    ["0177.0.0.1", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
  ])("%s is %s", (host, address) => expect(literalAddress(host)).toBe(address));

  it.each(["localhost", "example.com", "[example.com]", "1.2.3.4.5", ""])(
    "%s is a name",
    (host) => {
      expect(literalAddress(host)).toBeUndefined();
    },
  );
});
