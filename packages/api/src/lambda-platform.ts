import { AwsEnv, secretReader } from "@netcheck/adapters/secrets";
import { readSettings } from "@netcheck/kernel/settings";

import { lease } from "./lease.ts";
import { withSecrets } from "./secret-settings.ts";

/** Below the time in which a rotated secret's old value is still taken. */
const SECRETS_MS = 5 * 60_000;

/** The platform of a function, opened on the first use and anew when a secret has another value. */
export function lambdaPlatform(env: NodeJS.ProcessEnv) {
  const read = secretReader(readSettings(AwsEnv, env));
  return lease({
    read: async () => {
      const reading = withSecrets(env, read);
      // What the platform is made of is loaded while the secrets are on their way.
      await Promise.all([reading, opener()]);
      return await reading;
    },
    open: async (whole) => (await opener()).openPlatform(whole),
    close: ({ close }) => close(),
    forMs: SECRETS_MS,
  });
}

function opener() {
  return import("./lambda-open.ts");
}
