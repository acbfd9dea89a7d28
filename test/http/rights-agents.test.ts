import { describe } from "vitest";

import { useCallers } from "../support/callers.ts";
import { itKeepsRights } from "../support/rights.ts";

describe("[IDN-36] rights to agents", () => {
  const callers = useCallers(["agents:read", "agents:write"]);
  const { createdAgent, registeredAgent, as, world } = callers;

  const someAgent = async () => ({ id: (await createdAgent()).id });
  const activeAgent = async () => ({ id: (await registeredAgent()).id });
  const pausedAgent = async () => {
    const { id } = await activeAgent();
    await as("an admin").agents[":id"].pause.$post({ param: { id } });
    return { id };
  };
  const registration = async () => {
    const { enrollmentToken: token } = await createdAgent();
    return { json: { token, hostname: "h", version: "1", capabilities: [] } };
  };
  const heartbeat = () => {
    const at = world().platform.now().toISOString();
    return { json: { v: 1, at, version: "1", load: 0, running: 0, capabilities: ["tcp"] } };
  };

  itKeepsRights("agents", callers, {
    "GET /api/v1/agents": { who: "viewer" },
    "POST /api/v1/agents": {
      who: "operator",
      make: () => ({ json: { name: crypto.randomUUID() } }),
    },
    "POST /api/v1/agents/register": { who: "anyone", make: registration },
    "POST /api/v1/agents/session": { who: "agent" },
    "POST /api/v1/agents/heartbeat": { who: "agent", make: heartbeat },
    "GET /api/v1/agents/:id": { who: "viewer", make: someAgent },
    "PATCH /api/v1/agents/:id": {
      who: "operator",
      make: async () => ({ ...(await someAgent()), json: { tags: ["edge"] } }),
    },
    "DELETE /api/v1/agents/:id": { who: "operator", make: someAgent },
    "POST /api/v1/agents/:id/pause": { who: "operator", make: activeAgent },
    "POST /api/v1/agents/:id/resume": { who: "operator", make: pausedAgent },
    "POST /api/v1/agents/:id/rotate": { who: "operator", make: activeAgent },
    "POST /api/v1/agents/:id/enroll": { who: "operator", make: someAgent },
    "POST /api/v1/agents/:id/revoke": { who: "operator", make: someAgent },
  });
});
