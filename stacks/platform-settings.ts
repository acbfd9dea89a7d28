const WIRE = ["RMQ_AGENTS_VHOST", "RMQ_REQUEST_EXCHANGE"] as const;

/** What `.env.example` says of the worker. */
export const workerSettings = given("LOG_LEVEL", ...WIRE);

/** What `.env.example` says of the platform, as far as it is neither secret nor known from elsewhere. */
export const platformSettings = given(
  "LOG_LEVEL",
  ...WIRE,
  "RMQ_RESPONSE_EXCHANGE",
  "RMQ_WORKER_USER",
  "DATABASE_DRIVER",
  "ALLOWED_ORIGINS",
  "TRUSTED_PROXIES",
  "NETCHECK_ALLOW",
  "AGENT_ALLOW",
  "AGENT_HEARTBEAT_INTERVAL_SEC",
  "AGENT_HEARTBEAT_TIMEOUT_SEC",
  "ACCESS_TOKEN_EXPIRE_MINUTES",
  "REFRESH_TOKEN_EXPIRE_DAYS",
  "CHECK_RETENTION_DAYS",
  "CHECK_LIMIT_PERSON",
  "CHECK_LIMIT_KEY",
  "CHECK_LIMIT_ADDRESS",
  "CHECK_LIMIT_TARGET",
  "CHECK_LIMIT_ANONYMOUS",
  "ANONYMOUS_CHECKS",
);

/**
 * Settings that `.env.<stage>` gives, each by its name with `NETCHECK_` before it: the CLI reads `.env`
 * and the shell as well, whose `LOG_LEVEL` is about something else. What is not given keeps its default.
 */
function given(...names: string[]) {
  const values = names.flatMap((name) => {
    const value = process.env[`NETCHECK_${name.replace(/^NETCHECK_/, "")}`];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}
