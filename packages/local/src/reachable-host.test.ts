import { expect, test } from "vitest";

import { isLoopback, ownHost, reachableHost } from "./reachable-host.ts";

test("a listener on every address is reached by the machine's own", () => {
  expect(reachableHost("0.0.0.0", "10.0.0.5")).toBe("10.0.0.5");
  expect(reachableHost("::", "10.0.0.5")).toBe("10.0.0.5");
});

test("a listener on one address is reached at that address", () => {
  expect(reachableHost("127.0.0.1", "10.0.0.5")).toBe("127.0.0.1");
  expect(reachableHost("fd00::5", "10.0.0.5")).toBe("[fd00::5]");
});

test("this machine reaches a listener on every address by loopback", () => {
  expect(ownHost("0.0.0.0")).toBe("127.0.0.1");
  expect(ownHost("10.0.0.5")).toBe("10.0.0.5");
});

test("only loopback counts as loopback", () => {
  expect(["127.0.0.1", "127.1.2.3", "localhost", "::1"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "10.0.0.5", "127.example.org"].some(isLoopback)).toBe(false);
});
