import { expect, it } from "vitest";

import { limitFields } from "./limit-fields.ts";

const level = { name: "person", most: 1_000, windowSeconds: 60, left: 990, waitMs: 0 };

it("[KRN-31] says the policy, what is left, and when there is more", () => {
  const address = { ...level, name: "address", most: 20, left: 19 };
  expect(limitFields([level, address])).toEqual({
    "ratelimit-policy": '"person";q=1000;w=60, "address";q=20;w=60',
    ratelimit: '"person";r=990;t=1, "address";r=19;t=3',
  });
});

it("[KRN-31] of one that refused, when there is enough", () => {
  const { ratelimit } = limitFields([{ ...level, left: 0, waitMs: 12_001 }]);
  expect(ratelimit).toBe('"person";r=0;t=13');
});

it("[KRN-31] nothing is said where nothing is limited", () => {
  expect(limitFields([])).toEqual({});
});
