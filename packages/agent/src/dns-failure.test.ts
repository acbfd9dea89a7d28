import { expect, it } from "vitest";

import { ledElsewhere, silent, unconnected } from "./connect-failure.ts";
import { undialledFailure } from "./dns-failure.ts";

const SERVER = { address: "192.0.2.53", port: 53 };
const PLACE = "192.0.2.53 port 53";

it.each([
  [unconnected(PLACE, "ECONNREFUSED", false), "resolver", "refused", "Nothing serves DNS"],
  [unconnected(PLACE, "ECONNRESET", false), "resolver", "reset", "broke the connection off"],
  [silent(PLACE), "resolver", "timeout", "did not answer in time"],
  [unconnected(PLACE, "EHOSTUNREACH", false), "path", "unreachable", "(EHOSTUNREACH)"],
  [unconnected(PLACE, "ENETUNREACH", true), "agent", "unreachable", "no route there (ENETUNREACH)"],
  [unconnected(PLACE, "EMFILE", false), "agent", "unreachable", "too many files are open (EMFILE)"],
  [ledElsewhere("192.0.2.53"), "agent", "refused_by_policy", "may not reach"],
])("[PRB-49] a resolver that gives no connection: %j", (told, failureSource, code, words) => {
  const message = expect.stringContaining(words);
  expect(undialledFailure(SERVER, told)).toMatchObject({ failureSource, error: { code, message } });
});
