import { rm } from "node:fs/promises";

import { graphFile } from "../infra/graph.ts";
import { installPlatform } from "../infra/platform.ts";
import { evaluate } from "../infra/setup.ts";

/** The bundles of one stage, as its evaluation builds them. Without them the files fail that need them, not the run. */
export default async function setup() {
  await rm(graphFile("test"), { force: true });
  await installPlatform().then(
    () => evaluate("test"),
    (error: unknown) => process.stderr.write(`SST's platform is missing: ${String(error)}\n`),
  );
}
