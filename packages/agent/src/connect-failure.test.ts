import { describe, expect, it } from "vitest";

import { allFailed, silent, unconnected } from "./connect-failure.ts";

const PLACE = "192.0.2.1 port 80";

describe("[PRB-77] whose fault it is that there is no connection", () => {
  it.each([
    ["ECONNREFUSED", "target", "refused", "refused"],
    ["ETIMEDOUT", "path", "timeout", "timeout"],
    ["EHOSTUNREACH", "path", "unreachable", "unreachable"],
    ["ENETUNREACH", "path", "unreachable", "unreachable"],
    ["EACCES", "path", "unreachable", "unreachable"],
    ["EMFILE", "agent", "unreachable", "agent_limit"],
    ["ENOBUFS", "agent", "unreachable", "agent_limit"],
    ["EPERM", "agent", "unreachable", "agent_limit"],
    ["EADDRNOTAVAIL", "agent", "unreachable", "agent_limit"],
    ["E_NOBODY_KNOWS", "agent", "unreachable", "agent_limit"],
    ["", "agent", "unreachable", "agent_limit"],
  ])("%s that comes later: %s, %s", (systemCode, failureSource, code, outcome) => {
    const told = unconnected(PLACE, systemCode, false);
    const failure = { failureSource, failedPhase: "tcp", error: { code } };
    expect(told).toMatchObject({ outcome, systemCode, failure });
  });

  it.each(["ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL", "EADDRNOTAVAIL", "EAFNOSUPPORT"])(
    "%s that connect(2) says at once is this host's",
    (systemCode) => {
      const { failure, outcome } = unconnected(PLACE, systemCode, true);
      expect([failure.failureSource, outcome]).toEqual(["agent", "agent_limit"]);
      expect(failure.error.message).toMatch(
        new RegExp(`^This host cannot connect to ${PLACE}: .* \\(${systemCode}\\)\\.$`),
      );
    },
  );

  it.each(["ECONNRESET", "EPIPE"])("[PRB-78] %s is no refusal", (systemCode) => {
    const { failure, outcome } = unconnected(PLACE, systemCode, false);
    expect([failure.failureSource, failure.error.code, outcome]).toEqual([
      "target",
      "reset",
      "reset",
    ]);
  });
});

describe("[PRB-76] one verdict over all addresses", () => {
  const late = (code: string) => unconnected(`${code} port 80`, code, false);
  const cutOff = unconnected("2001:db8::1 port 80", "ENETUNREACH", true);

  it.each([
    ["refused over unreachable", [late("EHOSTUNREACH"), late("ECONNREFUSED")], "target", "refused"],
    ["refused over silence", [silent(PLACE), late("ECONNREFUSED")], "target", "refused"],
    ["unreachable over silence", [silent(PLACE), late("EHOSTUNREACH")], "path", "unreachable"],
    ["silence over what this host cannot do", [cutOff, silent(PLACE)], "path", "timeout"],
    ["this host where it could do nothing", [cutOff, cutOff], "agent", "unreachable"],
  ])("%s", (_what, all, failureSource, code) => {
    expect(allFailed("two.test", all)).toMatchObject({ failureSource, error: { code } });
  });

  it("says how each of them ended", () => {
    expect(allFailed("two.test", [cutOff, late("ECONNREFUSED")]).error.message).toBe(
      "None of the 2 addresses tried of two.test gave a connection. " +
        "This host cannot connect to 2001:db8::1 port 80: it has no route there (ENETUNREACH). " +
        "ECONNREFUSED port 80 refused the connection (ECONNREFUSED).",
    );
  });

  it("of one address is that address's own", () => {
    const alone = silent(PLACE);
    expect(allFailed("one.test", [alone])).toBe(alone.failure);
    expect(alone.failure.error.message).toBe("192.0.2.1 port 80 did not answer in time.");
  });
});
