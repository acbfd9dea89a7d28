import { expect, it } from "vitest";

import { finding, findingTable, passes } from "./finding.ts";

const rows = [finding("IPv4", "ok", "from 10.0.0.2"), finding("IPv6", "warning", "no route")];

it("only a failure fails, and the last line says so", () => {
  expect(passes(rows)).toBe(true);
  expect(findingTable(rows)).toBe(
    "  IPv4  ok       from 10.0.0.2\n  IPv6  warning  no route\n\nThis agent can work here.\n",
  );
  const failed = [...rows, finding("broker", "failed", "refused")];
  expect(passes(failed)).toBe(false);
  expect(findingTable(failed)).toContain("\n1 of these must be mended.\n");
});
