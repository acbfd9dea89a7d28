import { expect, it } from "vitest";

import { failure } from "./failure.ts";

it("keeps a stranger's message short and storable", () => {
  const { message } = failure("agent", "tls", "tls_failed", `\0${"x".repeat(2_000)}`).error;
  expect([message.length, message[0]]).toEqual([1_000, "\ufffd"]);
});
