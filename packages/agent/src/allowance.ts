import { type AllowList, commonNetworks, parseAllowList } from "@netcheck/wire/address";
import type { AgentSession } from "@netcheck/wire/registration";

import { log } from "./log.ts";
import { messageOf } from "./text.ts";

/** What the platform leaves of this agent's own list. What it says and cannot be read allows nothing. */
export function allowedBy({ allow }: Pick<AgentSession, "allow">, own: AllowList): AllowList {
  return allow ? commonNetworks(own, allow.flatMap(networksOf)) : own;
}

function networksOf(text: string) {
  try {
    return parseAllowList(text);
  } catch (error) {
    log.warn("a network of the platform's list is left out", { reason: messageOf(error) });
    return [];
  }
}
