import { isAddressAllowed, literalAddress } from "@netcheck/wire/address";
import { isReverseNameAllowed } from "@netcheck/wire/reverse-zone";
import fc from "fast-check";
import { expect, it } from "vitest";

import { reverseName } from "./reverse-name.ts";

it.each([
  ["192.0.2.53", "53.2.0.192.in-addr.arpa"],
  ["::1", `1.${"0.".repeat(31)}ip6.arpa`],
  ["2001:db8::", `${"0.".repeat(24)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ["1:2:3:4:5:6:7:8", "8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa"],
])("the reverse name of %s", (address, name) => expect(reverseName(address)).toBe(name));

it("[CHK-38] the reverse name of an address may be asked for exactly where the address may be reached", () => {
  const special = fc.constantFrom("10.0.0.1", "169.254.169.254", "::1", "fe80::1", "fd00::9");
  fc.assert(
    fc.property(fc.oneof(special, fc.ipV4(), fc.ipV6()), (written) => {
      const address = literalAddress(written) ?? "";
      const name = reverseName(address);
      expect(isReverseNameAllowed(name, []), name).toBe(isAddressAllowed(address, []));
    }),
    { numRuns: 1_000 },
  );
});
