import { expect, it } from "vitest";

import { parseAllowList } from "./address.ts";
import { isReverseNameAllowed } from "./reverse-zone.ts";

const NOBODY = parseAllowList("");
const LOCAL = parseAllowList("10.1.0.0/16,fd00::/8");
const OF_LOOPBACK = `1.${"0.".repeat(31)}ip6.arpa`;

it.each([
  "1.0.0.10.in-addr.arpa",
  "10.in-addr.arpa",
  "168.192.IN-ADDR.arpa.",
  "254.169.254.169.in-addr.arpa",
  "64.100.in-addr.arpa",
  "ptr.1.0.0.10.in-addr.arpa",
  "0/25.1.168.192.in-addr.arpa",
  "1.0.0.010.in-addr.arpa",
  "300.1.168.192.in-addr.arpa",
  "1.0.0.127.in-addr.arpa",
  "1.0.0.10.in\\045addr.arpa",
  "\\049.0.0.10.IN-\\065DDR.arpa",
  "a\\.b.0.0.10.in-addr.arpa",
  OF_LOOPBACK,
  "d.f.ip6.arpa",
  "8.b.d.0.1.0.0.2.ip6.arpa",
  `1.0.0.0.0.0.a.0.${"f.".repeat(4)}${"0.".repeat(20)}ip6.arpa`,
])("[CHK-38] %s stands for what is special, and is not asked for", (name) => {
  expect(isReverseNameAllowed(name, NOBODY)).toBe(false);
});

it.each([
  "8.8.8.8.in-addr.arpa",
  "172.in-addr.arpa",
  "100.in-addr.arpa",
  "in-addr.arpa",
  "ip6.arpa",
  "2.ip6.arpa",
  "1.0.0.2.ip6.arpa",
  `1.1.1.1.${"0.".repeat(20)}0.0.7.4.6.0.6.2.ip6.arpa`,
  "10.in-addr.arpa.example.com",
  "1.0.0.10.example",
  "1.0.0.10\\.in-addr.arpa",
  "example.com",
])("[CHK-38] %s is asked for like any name", (name) => {
  expect(isReverseNameAllowed(name, NOBODY)).toBe(true);
});

it("[CHK-38] what a list allows may be asked about", () => {
  expect(isReverseNameAllowed("1.0.1.10.in-addr.arpa", LOCAL)).toBe(true);
  expect(isReverseNameAllowed("1.10.in-addr.arpa", LOCAL)).toBe(true);
  expect(isReverseNameAllowed("1.0.2.10.in-addr.arpa", LOCAL)).toBe(false);
  expect(isReverseNameAllowed("d.f.ip6.arpa", LOCAL)).toBe(true);
});
