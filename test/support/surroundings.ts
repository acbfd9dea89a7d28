import { readFileSync } from "node:fs";
import { join } from "node:path";

import { reachLoopbackDirectly } from "@netcheck/local/loopback";

const EXAMPLE = join(import.meta.dirname, "../../.env.example");

/** What else turns Node, AWS' client or a program of ours to something outside. */
const OTHERS = /^(AWS_|NETCHECK_(?!TEST_)|NODE_(ENV|OPTIONS)$)/;

/**
 * Forgets what the caller's environment says about our programs and whom they talk to, for tests say
 * that themselves. A proxy is kept for what is downloaded, and is not asked for this machine.
 */
export function forgetSettings(env: NodeJS.ProcessEnv) {
  const settings = readFileSync(EXAMPLE, "utf8").matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm);
  for (const [, name = ""] of settings) delete env[name];
  for (const name of Object.keys(env)) if (OTHERS.test(name)) delete env[name];
  reachLoopbackDirectly(env);
}
