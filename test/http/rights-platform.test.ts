import { describe } from "vitest";

import { useCallers } from "../support/callers.ts";
import { itKeepsRights } from "../support/rights.ts";

describe("[IDN-36] rights on the platform", () => {
  const callers = useCallers(["metrics:read"]);

  itKeepsRights("platform", callers, {
    "GET /health": { who: "anyone" },
    "GET /ready": { who: "anyone" },
    "GET /metrics": { who: "viewer" },
    "GET /openapi.json": { who: "anyone" },
    "GET /docs": { who: "anyone" },
    "GET /docs/scalar.js": { who: "anyone" },
  });
});
