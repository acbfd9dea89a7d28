import manifest from "../packages/api/contexts.json";

/** What the contexts and the wire say of themselves, as `npm run generate` wrote it down: nothing of ours is imported here. */
export const { contexts, consumerSeconds, worker: carrier } = manifest;

export type Context = (typeof contexts)[number];

export const context = (name: string) => {
  const found = contexts.find((one) => one.name === name);
  if (!found) throw new Error(`There is no context ${name}.`);
  return found;
};

/** As components and physical names are written: AgentResults, agent-results. */
export const pascal = (name: string) =>
  name.replace(/(^|-)[a-z]/g, (match) => match.replace("-", "").toUpperCase());
