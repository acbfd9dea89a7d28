import { join } from "node:path";

import { problem } from "./problem.ts";
import { postgresUrl } from "./service-settings.ts";
import { readState } from "./state.ts";

/** Where the private database of a home is while its Netcheck runs; throws a `problem` when there is none. */
export function homeDatabase(home: string): string {
  const state = readState(join(home, "state.json"));
  const [port, password] = [state?.ports["postgres"], state?.secrets["postgres"]];
  if (port !== undefined && password !== undefined) return postgresUrl(password, port);
  throw problem(
    `No database of a Netcheck is in ${home}. Name its folder (--home DIR), or the database (DATABASE_URL).`,
  );
}
