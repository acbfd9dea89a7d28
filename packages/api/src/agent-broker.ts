import type { Settings } from "./env.ts";
import type { Platform } from "./platform.ts";

type Told = Pick<Settings, "AGENT_AMQP_URL" | "RMQ_AGENTS_VHOST" | "RMQ_RESPONSE_EXCHANGE">;

/** What agents are told of the broker. */
export function agentBroker(settings: Told): Platform["agentBroker"] {
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
