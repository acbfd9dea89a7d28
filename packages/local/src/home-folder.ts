import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));

export const DEFAULT_HOME = ".netcheck";

/** npm runs us in the checkout; a relative path that a person typed means the folder they are in. */
export function homeFolder(given: string): string {
  const from = given === DEFAULT_HOME ? CHECKOUT : (process.env["INIT_CWD"] ?? process.cwd());
  return resolve(from, given);
}
