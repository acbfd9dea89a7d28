import { randomInt } from "node:crypto";

import { expect, it } from "vitest";

import { openSoak } from "../soak/soak.ts";

const CHECKS = 2_000;
const MOST_MIB = 250;

const seed = Number(process.env["NETCHECK_TEST_SEED"] ?? randomInt(2 ** 31));

// Of loopback only Linux has more than one address.
it.skipIf(process.platform !== "linux")(
  `[PRB-90] [PRB-93] [PRB-98] hostile checks end no agent, keep none from another, and are judged right: npm run soak -- --seed ${seed}`,
  async () => {
    await using soak = await openSoak(seed);
    const { flaws, verdicts, memoryMiB } = await soak.run({ checks: CHECKS });
    expect(flaws.slice(0, 5)).toEqual([]);
    expect(verdicts.size).toBeGreaterThan(15);
    for (const { peak } of memoryMiB) expect(peak).toBeLessThan(MOST_MIB);
  },
  180_000,
);
