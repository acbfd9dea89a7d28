import { rabbitAdmin } from "@netcheck/adapters/rabbit-admin";
import { BrokerSettings } from "@netcheck/agents/settings";
import type { BrokerAdmin } from "@netcheck/kernel/broker";
import { readSettings } from "@netcheck/kernel/settings";

/** The broker's administration; `platformUser` is whom the worker connects as, if it is another. */
export function openBrokerAdmin(env: NodeJS.ProcessEnv, platformUser?: string): BrokerAdmin {
  const settings = readSettings(BrokerSettings, env);
  return rabbitAdmin({
    managementUrl: settings.AMQP_MANAGEMENT_URL,
    vhost: settings.RMQ_AGENTS_VHOST,
    requestExchange: settings.RMQ_REQUEST_EXCHANGE,
    responseExchange: settings.RMQ_RESPONSE_EXCHANGE,
    ...(platformUser && { platformUser }),
  });
}
