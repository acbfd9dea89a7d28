import { expect, test } from "vitest";

import { unusedLines } from "./first-admin.ts";

test("[LOC-3] what was asked of an administrator who is there already was not used, and the start says so", () => {
  const there = "not used: there is an administrator already, a@example.com";
  expect(unusedLines({}, "a@example.com")).toEqual([]);
  expect(unusedLines({ ADMIN_EMAIL: "" }, "a@example.com")).toEqual([]);
  expect(unusedLines({ ADMIN_EMAIL: "b@example.com" }, "a@example.com")).toEqual([
    `ADMIN_EMAIL was ${there}`,
  ]);
  expect(
    unusedLines({ ADMIN_EMAIL: "b@example.com", ADMIN_PASSWORD: "x" }, "a@example.com"),
  ).toEqual([`ADMIN_EMAIL and ADMIN_PASSWORD were ${there}`]);
});
