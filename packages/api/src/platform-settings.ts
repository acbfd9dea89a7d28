import type { Settings } from "./env.ts";
import type { Platform } from "./platform.ts";

/** The part of a platform that its settings alone decide, the same in every runtime. */
export function platformSettings(
  settings: Omit<Settings, "DATABASE_URL" | "REDIS_URL" | "AMQP_MANAGEMENT_URL" | "TOKEN_KEYS">,
) {
  const { origin, protocol } = new URL(settings.PUBLIC_URL);
  return {
    sessionLifetimeSeconds: settings.REFRESH_TOKEN_EXPIRE_DAYS * 86_400,
    origins: [origin, ...settings.ALLOWED_ORIGINS],
    secureCookies: protocol === "https:",
    trustedProxies: settings.TRUSTED_PROXIES,
    agentBroker: agentBroker(settings),
    agentAllow: settings.AGENT_ALLOW,
    heartbeatIntervalSeconds: settings.AGENT_HEARTBEAT_INTERVAL_SEC,
    heartbeatTimeoutSeconds: settings.AGENT_HEARTBEAT_TIMEOUT_SEC,
    targetAllow: settings.NETCHECK_ALLOW,
    anonymousChecks: settings.ANONYMOUS_CHECKS,
    checkQuotas: {
      person: settings.CHECK_LIMIT_PERSON,
      key: settings.CHECK_LIMIT_KEY,
      address: settings.CHECK_LIMIT_ADDRESS,
      anonymous: settings.CHECK_LIMIT_ANONYMOUS,
      target: settings.CHECK_LIMIT_TARGET,
    },
    checkRetentionDays: settings.CHECK_RETENTION_DAYS,
  } satisfies Partial<Platform>;
}

type Told = Pick<Settings, "AGENT_AMQP_URL" | "RMQ_AGENTS_VHOST" | "RMQ_RESPONSE_EXCHANGE">;

/** What agents are told of the broker. */
function agentBroker(settings: Told): Platform["agentBroker"] {
  const { hostname, port, protocol } = new URL(settings.AGENT_AMQP_URL);
  const tls = protocol === "amqps:";
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port) || (tls ? 5671 : 5672),
    tls,
    vhost: settings.RMQ_AGENTS_VHOST,
    responseExchange: settings.RMQ_RESPONSE_EXCHANGE,
  };
}
