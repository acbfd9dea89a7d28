import { expect, it } from "vitest";

import { failure } from "./failure.ts";

it("keeps a stranger's message short and storable", () => {
  const { message } = failure("agent", "tls", "tls_failed", `\0${"x".repeat(2_000)}`).error;
  expect([message.length, message[0]]).toEqual([1_000, "\ufffd"]);
});

it("[PRB-105] is of the catalogue, or does not compile", () => {
  const failed = [
    // @ts-expect-error -- no such code
    failure("target", "tcp", "unheard_of", "No."),
    // @ts-expect-error -- not of this phase
    failure("target", "tcp", "no_reply", "No."),
    // @ts-expect-error -- not whose fault it is
    failure("target", "tcp", "timeout", "No."),
    failure("path", "tcp", "timeout", "Yes."),
  ];
  expect(failed).toHaveLength(4);
});
