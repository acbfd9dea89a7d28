import { counter, gauge } from "@netcheck/kernel/metric";

import { agent } from "./agent.sql.ts";

/** What agents count and show. */
export const METRICS = {
  platformBlind: counter(
    "agents.platform_blind",
    "Sweeps that changed nothing because no agent at all was heard of for the timeout.",
    {},
  ),
  agents: gauge("agents", "Agents, by status.", { status: agent.status.enumValues }),
  present: gauge(
    "agents_present",
    "Agents heard of within the heartbeat timeout, also those revoked since.",
    {},
  ),
  newestBeat: gauge(
    "agents_newest_heartbeat_age_seconds",
    "Time since any agent was heard of; absent until one is.",
    {},
  ),
  oldestBeat: gauge(
    "agents_oldest_heartbeat_age_seconds",
    "Time since the most silent agent that is not yet swept was heard of; absent without one.",
    {},
  ),
};
