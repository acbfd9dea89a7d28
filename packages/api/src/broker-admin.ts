import { rabbitAdmin } from "@netcheck/adapters/rabbit-admin";
import type { BrokerAdmin } from "@netcheck/kernel/broker";
import { readSettings } from "@netcheck/kernel/settings";

/** The broker's administration; `platformUser` is whom the worker connects as, if it is another. */
export async function openBrokerAdmin(
  env: NodeJS.ProcessEnv,
  platformUser?: string,
): Promise<BrokerAdmin> {
  // As the context itself loads them, so that a bundle has them once.
  const { BrokerSettings } = await import("@netcheck/agents/settings");
  const settings = readSettings(BrokerSettings, env);
  return rabbitAdmin({
    managementUrl: settings.AMQP_MANAGEMENT_URL,
    vhost: settings.RMQ_AGENTS_VHOST,
    requestExchange: settings.RMQ_REQUEST_EXCHANGE,
    responseExchange: settings.RMQ_RESPONSE_EXCHANGE,
    ...(platformUser && { platformUser }),
  });
}
