import { isAddressAllowed, parseAllowList } from "@netcheck/wire/address";
import { expect, test } from "vitest";

import { itself } from "./platform-env.ts";

test.for([
  ["127.0.0.1", ["127.0.0.1"], ["192.0.2.2"]],
  ["192.0.2.2", ["127.0.0.1", "192.0.2.2"], ["192.0.2.3"]],
  ["fd00::2", ["::1", "fd00::2"], ["fd00::3"]],
  ["0.0.0.0", ["127.0.0.1"], ["192.0.2.2"]],
  ["my-host", ["127.0.0.1"], ["192.0.2.2"]],
] as const)("[LOC-4] with HOST=%s checks may go to %j and not to %j", ([host, may, not]) => {
  const allow = parseAllowList(itself(host));
  expect(may.filter((address) => !isAddressAllowed(address, allow))).toEqual([]);
  expect(not.filter((address) => isAddressAllowed(address, allow))).toEqual([]);
});
