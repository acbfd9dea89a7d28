import { type Id, idSchema } from "@netcheck/kernel/id";
import * as z from "zod";

/** What a result remembers of the agent it came from, whatever becomes of the agent. */
export type AgentSnapshot = {
  id: Id<"agent">;
  name: string;
  location: { country?: string | undefined; city?: string | undefined; asn?: number | undefined };
  tags: readonly string[];
};

const Limit = z.int().min(1).max(100);

/** One place to check from. All of its keys must fit; with `agentId` it names one agent. */
export const Location = z
  .strictObject({
    agentId: idSchema<"agent">(),
    country: z.string().regex(/^[A-Za-z]{2}$/, "An ISO 3166-1 code such as DE."),
    city: z.string().trim().min(1).max(64),
    asn: z.int().min(1),
    tag: z.string().trim().min(1).max(64),
    limit: Limit,
  })
  .partial()
  .refine(({ limit: _, ...place }) => Object.keys(place).length > 0, "Say which agents.");

export const Selection = z.object({
  locations: z.array(Location).min(1).max(128).optional(),
  limit: Limit.default(100),
});

export type Place = z.output<typeof Location>;
type Condition = { says: string; holds: (agent: AgentSnapshot) => boolean };

/** Agents in the order of the places asked for, each once; `truncated` if more fitted than `limit`. */
export function selectAgents<A extends AgentSnapshot>(
  agents: readonly A[],
  { locations = [{}], limit }: z.output<typeof Selection>,
) {
  const chosen = new Set<A>();
  for (const location of locations) {
    const conditions = conditionsOf(location);
    const fits = (agent: A) => conditions.every(({ holds }) => holds(agent));
    const fitting = agents.filter((agent) => !chosen.has(agent) && fits(agent));
    for (const agent of fitting.slice(0, location.limit)) chosen.add(agent);
  }
  return { agents: [...chosen].slice(0, limit), truncated: chosen.size > limit };
}

/** What a place asks of an agent, one after the other, and how that is said of several. */
export function conditionsOf({ agentId, country, city, asn, tag }: Place) {
  const asked: (Condition | false)[] = [
    agentId !== undefined && { says: "with this id", holds: ({ id }) => id === agentId },
    country !== undefined && {
      says: `in ${country.toUpperCase()}`,
      holds: ({ location }) => same(country, location.country),
    },
    city !== undefined && {
      says: `in ${city}`,
      holds: ({ location }) => same(city, location.city),
    },
    asn !== undefined && { says: `in AS${asn}`, holds: ({ location }) => location.asn === asn },
    tag !== undefined && { says: `with the tag ${tag}`, holds: ({ tags }) => tags.includes(tag) },
  ];
  return asked.filter((condition) => condition !== false);
}

function same(wanted: string, actual: string | undefined) {
  return wanted.toLowerCase() === actual?.toLowerCase();
}
