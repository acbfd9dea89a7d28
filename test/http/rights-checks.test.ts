import { describe } from "vitest";

import { useCallers } from "../support/callers.ts";
import { itKeepsRights } from "../support/rights.ts";

describe("[IDN-36] rights to checks", () => {
  const callers = useCallers(["checks:read", "checks:write"]);
  const json = { type: "tcp", target: "example.com", port: 443 } as const;

  const someCheck = async () => {
    const { id } = await (await callers.as("an admin").checks.$post({ json })).json();
    return { id };
  };

  itKeepsRights("checks", callers, {
    "POST /api/v1/checks": { who: "operator", orNobody: true, make: () => ({ json }) },
    "GET /api/v1/checks": { who: "viewer" },
    "GET /api/v1/checks/:id": { who: "viewer", orNobody: true, make: someCheck },
  });
});
