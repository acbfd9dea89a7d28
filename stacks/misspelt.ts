import manifest from "../packages/api/contexts.json";
import { nearest } from "../packages/kernel/src/nearest";
import { VARIABLES } from "./variables";

/** Beside a stage's: an agent on the machine of whoever deploys has its own in the shell. */
const known = new Set([...VARIABLES, ...manifest.agentVariables]);
const unknown = Object.keys(process.env).filter(
  (name) => name.startsWith("NETCHECK_") && !known.has(name),
);

if (unknown.length > 0) {
  const lines = unknown.map((name) => `  ${name}: is ${nearest(name, VARIABLES)} meant?`);
  const where = `.env.${$app.stage} or the shell`;
  throw new Error([`These are no settings of a stage, in ${where}:`, ...lines].join("\n"));
}
