import { PingOptions } from "@netcheck/wire/options";
import { expect, it } from "vitest";

import { pingCommand } from "./ping-command.ts";

const line = (address: string, options: object, platform: NodeJS.Platform) => {
  const { command, argv } = pingCommand(address, PingOptions.parse(options), platform);
  return [command, ...argv].join(" ");
};

it.each<[NodeJS.Platform, string, object, string]>([
  ["linux", "192.0.2.1", {}, "ping -n -c 3 -i 0.5 -W 5 -4 -- 192.0.2.1"],
  ["linux", "2001:db8::1", { packets: 1 }, "ping -n -c 1 -i 0.5 -W 5 -6 -- 2001:db8::1"],
  [
    "linux",
    "192.0.2.1",
    { packets: 2, intervalMs: 250, timeoutMs: 1_500 },
    "ping -n -c 2 -i 0.25 -W 2 -4 -- 192.0.2.1",
  ],
  ["darwin", "192.0.2.1", {}, "ping -n -c 3 -i 0.5 -W 5000 -- 192.0.2.1"],
  ["darwin", "2001:db8::1", {}, "ping6 -n -c 3 -i 0.5 -- 2001:db8::1"],
])("ping is called on %s for %s", (platform, address, options, expected) => {
  expect(line(address, options, platform)).toBe(expected);
});
