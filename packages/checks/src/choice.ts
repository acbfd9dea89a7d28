import { Fault } from "@netcheck/kernel/fault";
import type { CheckType } from "@netcheck/wire/message";
import type * as z from "zod";

import type { Starter } from "./access.ts";
import { whyNobody } from "./nobody.ts";
import { type AgentSnapshot, selectAgents, type Selection } from "./selection.ts";

/** Who is asked, and whether more would have fitted. */
export type Chosen = { agents: readonly AgentSnapshot[]; truncated: boolean };

/** At least one; that there is none is told with the reason, to strangers without numbers. */
export async function chooseAgents(
  { acting, isStranger }: Starter,
  type: CheckType,
  selection: z.output<typeof Selection>,
): Promise<Chosen> {
  const able = await acting.findCapableAgents(acting, type);
  const chosen = selectAgents(able, selection);
  if (chosen.agents.length > 0) return chosen;
  if (isStranger) throw noAgents("locations", "No active agent fits this check.");
  const active = await acting.countActiveAgents(acting);
  const { locations: places = [] } = selection;
  const detail = whyNobody({ type, active, able, places });
  const field = able.length > 0 ? "locations" : "type";
  throw noAgents(field, detail, { active, capable: able.length });
}

function noAgents(field: string, detail: string, members = {}) {
  const fields = [{ field, message: detail }];
  return new Fault("invalid", "checks.no_agents", detail, { fields, members });
}
