import { newId } from "@netcheck/kernel/id";
import { describe, expect, it } from "vitest";

import { type AgentSnapshot, selectAgents } from "./selection.ts";

const agent = (name: string, location: AgentSnapshot["location"] = {}, tags: string[] = []) => ({
  id: newId<"agent">(new Date(0)),
  name,
  location,
  tags,
});

const berlin = agent("berlin", { country: "DE", city: "Berlin", asn: 3320 }, ["edge"]);
const munich = agent("munich", { country: "DE", city: "Munich" });
const paris = agent("paris", { country: "FR", city: "Paris" }, ["edge"]);
const fleet = [berlin, munich, paris];

const names = (selection: Parameters<typeof selectAgents>[1]) =>
  selectAgents(fleet, selection).agents.map(({ name }) => name);

describe("which agents a check asks", () => {
  it("[CHK-1] without locations everyone is asked", () => {
    expect(names({ limit: 100 })).toEqual(["berlin", "munich", "paris"]);
  });

  it("[CHK-1] each key of a location must fit, and letter case does not matter", () => {
    expect(names({ locations: [{ country: "de", tag: "edge" }], limit: 100 })).toEqual(["berlin"]);
    expect(names({ locations: [{ city: "PARIS" }], limit: 100 })).toEqual(["paris"]);
    expect(names({ locations: [{ asn: 3320 }], limit: 100 })).toEqual(["berlin"]);
    expect(names({ locations: [{ agentId: munich.id }], limit: 100 })).toEqual(["munich"]);
  });

  it("[CHK-1] an agent that fits twice is asked once, and a location has a limit of its own", () => {
    const locations = [{ tag: "edge", limit: 1 }, { country: "DE" }];
    expect(names({ locations, limit: 100 })).toEqual(["berlin", "munich"]);
  });

  it("[CHK-2] more than the limit is cut and said", () => {
    expect(selectAgents(fleet, { limit: 2 })).toMatchObject({ truncated: true });
    expect(selectAgents(fleet, { limit: 3 })).toMatchObject({ truncated: false });
    expect(selectAgents(fleet, { locations: [{ tag: "none" }], limit: 3 }).agents).toEqual([]);
  });
});
