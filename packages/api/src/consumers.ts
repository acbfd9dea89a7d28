import { sqsHandler } from "@netcheck/adapters/sqs";
import { heartbeats } from "@netcheck/agents/agent.consumer";
import { deliveries } from "@netcheck/checks/check.consumer";
import { lostRights } from "@netcheck/identity/identity.consumer";

import { jobCtx, type Platform } from "./platform.ts";

/** Who consumes which queue, as Lambda handlers. `check-requests` is the worker's. */
export function createConsumers(platform: Platform) {
  const ctxFor = (name: string) => (requestId: string) => jobCtx(platform, name, requestId);
  return {
    "agent-results": sqsHandler(deliveries, ctxFor(deliveries.name)),
    "agent-heartbeats": sqsHandler(heartbeats, ctxFor(heartbeats.name)),
    events: sqsHandler(lostRights, ctxFor(lostRights.name)),
  };
}
