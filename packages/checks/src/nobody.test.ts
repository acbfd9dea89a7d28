import type { Id } from "@netcheck/kernel/id";
import { describe, expect, it } from "vitest";

import { whyNobody } from "./nobody.ts";
import type { AgentSnapshot } from "./selection.ts";

const ID = "019aa1b2-c3d4-7e5f-8a9b-000000000001" as Id<"agent">;
const OTHER = "019aa1b2-c3d4-7e5f-8a9b-000000000002" as Id<"agent">;

const agent = (location: AgentSnapshot["location"], ...tags: string[]) => ({
  id: ID,
  name: "one",
  location,
  tags,
});
const able = [
  agent({ country: "DE", city: "Berlin", asn: 3320 }, "edge"),
  agent({ country: "FR" }),
];
const why = (more: Partial<Parameters<typeof whyNobody>[0]>) =>
  whyNobody({ type: "tcp", active: 3, able, places: [], ...more });

describe("why nobody is left to ask", () => {
  it("[CHK-39] nobody is active", () => {
    expect(why({ active: 0, able: [] })).toBe("No agent is active.");
  });

  it("[CHK-39] nobody can, and what it takes", () => {
    expect(why({ active: 1, able: [] })).toBe("1 agent is active, 0 of them can run tcp.");
    expect(why({ active: 2, able: [], type: "ping" })).toBe(
      "2 agents are active, 0 of them can run ping: that needs the program ping beside the agent.",
    );
  });

  it.each([
    [{ country: "aq" }, "in AQ: 0"],
    [{ country: "DE", tag: "core" }, "in DE: 1, with the tag core: 0"],
    [{ country: "AQ", tag: "core" }, "in AQ: 0"],
    [{ city: "berlin", asn: 1 }, "in berlin: 1, in AS1: 0"],
    [{ agentId: OTHER, limit: 3 }, "with this id: 0"],
  ])("[CHK-39] of those that can none fits %j", (place, told) => {
    const facts = "3 agents are active, 2 of them can run tcp; of these";
    expect(why({ places: [place] })).toBe(`${facts} ${told}.`);
  });

  it("[CHK-39] each place is told of, the first five of many", () => {
    const places = ["A1", "A2", "A3", "A4", "A5", "A6", "A7"].map((country) => ({ country }));
    expect(why({ places: places.slice(0, 2) })).toContain("of these in A1: 0; in A2: 0.");
    expect(why({ places })).toMatch(/in A5: 0; 2 more places the same\.$/);
  });
});
