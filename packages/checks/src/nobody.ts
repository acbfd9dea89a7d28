import type { CheckType } from "@netcheck/wire/message";

import { type AgentSnapshot, conditionsOf, type Place } from "./selection.ts";

const MOST_PLACES = 5;

type Situation = {
  type: CheckType;
  /** How many agents are active, and those of them that can run the type. */
  active: number;
  able: readonly AgentSnapshot[];
  places: readonly Place[];
};

/** How many are active, how many can, and for each place the condition that left nobody. */
export function whyNobody({ type, active, able, places }: Situation) {
  const are = active === 1 ? "agent is" : "agents are";
  const facts = `${active} ${are} active, ${able.length} of them can run ${type}`;
  const needs = type === "ping" ? ": that needs the program ping beside the agent" : "";
  if (able.length === 0) return active === 0 ? "No agent is active." : `${facts}${needs}.`;
  const told = places.slice(0, MOST_PLACES).map((place) => filtered(able, place));
  const more = places.length - told.length;
  const others = more > 0 ? `; ${more} more places the same` : "";
  return `${facts}; of these ${told.join("; ")}${others}.`;
}

/** Such as `in DE: 2, with the tag edge: 0`. */
function filtered(able: readonly AgentSnapshot[], place: Place) {
  let left = able;
  const told: string[] = [];
  for (const { says, holds } of conditionsOf(place)) {
    left = left.filter(holds);
    told.push(`${says}: ${left.length}`);
    if (left.length === 0) break;
  }
  return told.join(", ");
}
