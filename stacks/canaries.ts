import { api } from "./api";
import { cron } from "./clock";
import { prefix } from "./stage";

type Canary = { path: string; every: "rate(5 minutes)" | "rate(6 hours)" };

/** Asks what anybody may ask, from outside; it has no secret and no grant. */
function canary(name: string, { path, every: expression }: Canary) {
  const fn = {
    name: `${prefix}${name}`,
    handler: "packages/api/src/lambda-canary.handler",
    memory: "128 MB",
    timeout: "1 minute",
    retries: 0,
    environment: { CANARY_URL: $interpolate`${api.url}${path}` },
  } as const;
  return cron({ name, expression, fn });
}

/** A stage that nobody asks shows no error, so somebody asks. Names, certificate, gateway, function, secrets. */
export const health = canary("canary-health", { path: "/health", every: "rate(5 minutes)" });

/** Redis and Postgres too. Four wakes a day of a database that would sleep. */
export const ready = canary("canary-ready", { path: "/ready", every: "rate(6 hours)" });
