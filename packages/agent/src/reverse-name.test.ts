import { expect, it } from "vitest";

import { reverseName } from "./reverse-name.ts";

it.each([
  ["192.0.2.53", "53.2.0.192.in-addr.arpa"],
  ["::1", `1.${"0.".repeat(31)}ip6.arpa`],
  ["2001:db8::", `${"0.".repeat(24)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ["1:2:3:4:5:6:7:8", "8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa"],
])("the reverse name of %s", (address, name) => expect(reverseName(address)).toBe(name));
