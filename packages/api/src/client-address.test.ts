import { parseAllowList } from "@netcheck/wire/address";
import { describe, expect, it } from "vitest";

import { clientAddress } from "./client-address.ts";

const PROXIES = parseAllowList("10.0.0.0/8, fd00::/8");

const addressOf = (connection: string | undefined, forwardedFor?: string, proxies = PROXIES) =>
  clientAddress(connection, forwardedFor, proxies).address;

describe("[IDN-20] NC-B-08 the caller's address", () => {
  it.each([
    ["192.0.2.1", undefined, "192.0.2.1"],
    ["::ffff:192.0.2.1", undefined, "192.0.2.1"],
    ["2001:db8::1", undefined, "2001:db8::1"],
    ["192.0.2.1", "203.0.113.9", "192.0.2.1"],
    ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["10.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"],
    ["10.0.0.1", "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["::ffff:10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
    ["fd00::1", "[2001:db8::7]:4711", "2001:db8::7"],
    ["10.0.0.1", "203.0.113.9, not-an-address", "10.0.0.1"],
    ["10.0.0.1", undefined, "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
    [undefined, "203.0.113.9", "unknown"],
  ])("from %s with X-Forwarded-For %s is %s", (connection, forwardedFor, expected) => {
    expect(addressOf(connection, forwardedFor)).toBe(expected);
  });

  it("without trusted proxies the header says nothing", () => {
    expect(addressOf("10.0.0.1", "203.0.113.9", [])).toBe("10.0.0.1");
  });

  it("counts what one subscriber has as one", () => {
    const { network } = clientAddress("2001:db8:1:2:3:4:5:6", undefined, []);
    expect(network).toBe("2001:db8:1:2::/64");
    expect(clientAddress("2001:db8:1:2::9", undefined, []).network).toBe(network);
    expect(clientAddress("192.0.2.1", undefined, []).network).toBe("192.0.2.1");
  });
});
