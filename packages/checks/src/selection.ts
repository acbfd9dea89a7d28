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

/** Agents in the order of the places asked for, each once; `truncated` if more fitted than `limit`. */
export function selectAgents<A extends AgentSnapshot>(
  agents: readonly A[],
  { locations = [{}], limit }: z.output<typeof Selection>,
) {
  const chosen = new Set<A>();
  for (const location of locations) {
    const fitting = agents.filter((agent) => !chosen.has(agent) && fits(agent, location));
    for (const agent of fitting.slice(0, location.limit)) chosen.add(agent);
  }
  return { agents: [...chosen].slice(0, limit), truncated: chosen.size > limit };
}

function fits({ id, location, tags }: AgentSnapshot, wanted: z.output<typeof Location>) {
  return (
    (wanted.agentId === undefined || wanted.agentId === id) &&
    (wanted.country === undefined || same(wanted.country, location.country)) &&
    (wanted.city === undefined || same(wanted.city, location.city)) &&
    (wanted.asn === undefined || wanted.asn === location.asn) &&
    (wanted.tag === undefined || tags.includes(wanted.tag))
  );
}

function same(wanted: string, actual: string | undefined) {
  return wanted.toLowerCase() === actual?.toLowerCase();
}
