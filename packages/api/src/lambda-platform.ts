import { AwsEnv, secretReader } from "@netcheck/adapters/secrets";
import { readSettings } from "@netcheck/kernel/settings";
import * as z from "zod";

import { ALL, type AnyContext } from "./contexts.ts";
import { lease } from "./lease.ts";
import { withSecrets } from "./secret-settings.ts";

/** Below the time in which a rotated secret's old value is still taken. */
const SECRETS_MS = 5 * 60_000;

/** Whose function this is: contexts by their names, as `stacks/` gives them. */
const Own = z.object({ CONTEXTS: z.string().min(1) });

export function ownContexts(env: NodeJS.ProcessEnv): readonly AnyContext[] {
  const names = readSettings(Own, env).CONTEXTS.split(",");
  return names.map((name) => {
    const found = ALL.find((context) => context.name === name);
    if (!found) throw new Error(`There is no context ${name}.`);
    return found;
  });
}

/** The platform of a function, opened on the first use and anew when a secret has another value. */
export function lambdaPlatform(env: NodeJS.ProcessEnv, contexts: readonly AnyContext[]) {
  const read = secretReader(readSettings(AwsEnv, env));
  return lease({
    read: async () => {
      const reading = withSecrets(env, read);
      // What the platform is made of is loaded while the secrets are on their way.
      await Promise.all([reading, opener()]);
      return await reading;
    },
    open: async (whole) => (await opener()).openPlatform(whole, contexts),
    close: ({ close }) => close(),
    forMs: SECRETS_MS,
  });
}

function opener() {
  return import("./lambda-open.ts");
}
