import { expect, test } from "vitest";

import { listeners } from "./service-rabbitmq.ts";

test("the broker listens on loopback only, unless HOST opens another address", () => {
  expect(listeners("127.0.0.1")).toEqual(["127.0.0.1"]);
  expect(listeners("localhost")).toEqual(["127.0.0.1"]);
  expect(listeners("10.0.0.5")).toEqual(["127.0.0.1", "10.0.0.5"]);
});

test("an address that covers loopback is not opened twice", () => {
  expect(listeners("0.0.0.0")).toEqual(["0.0.0.0"]);
  expect(listeners("::")).toEqual(["::"]);
});
