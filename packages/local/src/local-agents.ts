import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { readCredential } from "@netcheck/agent/credential";

import type { Home } from "./home.ts";
import type { Kept } from "./keeper.ts";
import type { Place } from "./platform-env.ts";
import { keepNode, type Keep } from "./platform-programs.ts";
import { plainEnv } from "./service.ts";

const AGENT = fileURLToPath(new URL("../../agent/src/main.ts", import.meta.url));

/** The names of the local agents; where the database is shared, with a part that tells this home from others. */
export function agentNames(count: number, home: Home, isShared: boolean): string[] {
  const whose = isShared ? `local-${home.mark.slice(0, 4)}` : "local";
  return Array.from({ length: count }, (_, n) => `${whose}-${n + 1}`);
}

/** Those that still have to be enrolled: they have no credential, or one for the address of an earlier start. */
export async function agentsToEnrol(
  home: Home,
  names: readonly string[],
  { ownUrl }: Place,
): Promise<string[]> {
  const fresh: string[] = [];
  for (const name of names) {
    const file = stateFile(home, name);
    const credential = await readCredential(file);
    if (credential?.platformUrl === `${ownUrl}/api/v1`) continue;
    rmSync(file, { force: true });
    fresh.push(name);
  }
  return fresh;
}

/** Keeps one local agent. It is given what an agent on another host would have, and the leave to reach this one. */
export function keepAgent(
  keeping: Keep,
  name: string,
  token: string | undefined,
  place: Place,
): Kept {
  const { NODE_EXTRA_CA_CERTS, LOG_LEVEL } = process.env;
  const { NETCHECK_ALLOW } = place.env;
  const env = {
    ...plainEnv(),
    ...(NETCHECK_ALLOW !== undefined && { NETCHECK_ALLOW }),
    ...(NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS }),
    ...(LOG_LEVEL !== undefined && { LOG_LEVEL }),
    // Not an argument: those can be read by every user of the machine.
    ...(token !== undefined && { NETCHECK_TOKEN: token }),
  };
  const args = [AGENT, "--url", place.ownUrl, "--state", stateFile(keeping.home, name)];
  if (place.insecure) args.push("--insecure");
  // It was started wrongly, or revoked: trying again changes nothing.
  const isFinal = (code: number) => code === 2 || code === 3;
  return keepNode(keeping, { name, args, env, isFinal });
}

function stateFile(home: Home, name: string): string {
  return home.file("agents", `${name}.json`);
}
