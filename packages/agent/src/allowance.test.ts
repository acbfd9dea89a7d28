import { formatNetworks, isAddressAllowed, parseAllowList } from "@netcheck/wire/address";
import { AgentSession } from "@netcheck/wire/registration";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";

import { allowedBy } from "./allowance.ts";
import { setLogLevel } from "./log.ts";

beforeAll(() => setLogLevel("ERROR"));

/** Addresses that lie close together, so that lists and addresses meet often. */
const near = fc.constantFrom(
  "10.0.0.0",
  "10.0.0.1",
  "10.1.0.0",
  "127.0.0.1",
  "169.254.169.254",
  "::1",
  "fd00::",
  "fd00::1",
  "fe80::1",
  "::ffff:10.0.0.1",
  "1.1.1.1",
  "2606:4700::1111",
);
const address = fc.oneof(near, fc.ipV4(), fc.ipV6());
const network = fc
  .tuple(fc.oneof(near, fc.ipV4(), fc.ipV6()), fc.nat(128))
  .map(([it, bits]) => `${it}/${it.includes(":") ? bits : Math.min(bits, 32)}`);
const networks = fc.array(network, { maxLength: 5 });

it("[PRB-12] W-03 a platform narrows an agent's list and never widens it, whatever it says", () => {
  const said = fc.array(fc.oneof(network, fc.string(), fc.constant("0.0.0.0/0, ::/0")));
  fc.assert(
    fc.property(networks, said, fc.array(address), (list, allow, addresses) => {
      const own = parseAllowList(list.join());
      const left = allowedBy({ allow }, own);
      for (const it of addresses)
        if (isAddressAllowed(it, left)) expect(isAddressAllowed(it, own), it).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it("[PRB-12] what both allow stays allowed, and nothing else", () => {
  fc.assert(
    fc.property(networks, networks, fc.array(address), (list, allow, addresses) => {
      const [own, platform] = [parseAllowList(list.join()), parseAllowList(allow.join())];
      const left = allowedBy({ allow: formatNetworks(platform) }, own);
      for (const it of addresses)
        expect(isAddressAllowed(it, left), it).toBe(
          isAddressAllowed(it, own) && isAddressAllowed(it, platform),
        );
    }),
    { numRuns: 2_000 },
  );
});

it("[PRB-12] a platform that says nothing leaves the list as it is, one that says [] takes all of it", () => {
  const own = parseAllowList("10.0.0.0/8,::1");
  expect(allowedBy({}, own)).toBe(own);
  expect(allowedBy({ allow: [] }, own)).toEqual([]);
  expect(formatNetworks(allowedBy({ allow: ["10.2.0.0/16", "nonsense"] }, own))).toEqual([
    "10.2.0.0/16",
  ]);
});

it("[PRB-12] an older platform's session is one without a list", () => {
  expect(AgentSession.shape.allow.safeParse(undefined).success).toBe(true);
});
