import {
  AgentsVhostSetting,
  RequestExchangeSetting,
  ResponseExchangeSetting,
} from "@netcheck/kernel/settings";
import { NetworksSetting } from "@netcheck/wire/address-setting";
import * as z from "zod";

/** Settings of agents, named as in the environment. */
export const Settings = z.object({
  AGENT_AMQP_URL: z.url({ protocol: /^amqps?$/ }).meta({
    onAws: "settled",
    description:
      "The broker as agents are told of it, without an account. amqps:// for agents on other hosts.",
    example: "amqp://127.0.0.1:5672",
  }),
  AMQP_MANAGEMENT_URL: z.url({ protocol: /^https?$/ }).meta({
    onAws: "secret",
    description:
      "RabbitMQ's management interface, as an administrator: makes and removes agents' accounts.",
    example: "http://netcheck:password@127.0.0.1:15672",
  }),
  RMQ_AGENTS_VHOST: AgentsVhostSetting,
  RMQ_REQUEST_EXCHANGE: RequestExchangeSetting,
  RMQ_RESPONSE_EXCHANGE: ResponseExchangeSetting,
  AGENT_ALLOW: NetworksSetting.optional().meta({
    description:
      "What agents are told to keep to, of the special networks that their own NETCHECK_ALLOW lists; they never allow more than that. Absent: they keep to their own list alone. Empty: public addresses only. An agent hears of it when it next opens a session: at its start, and when its broker refuses it.",
    example: "10.0.0.0/8",
  }),
  AGENT_HEARTBEAT_INTERVAL_SEC: z.coerce.number().int().min(1).default(30).meta({
    description: "How often agents beat.",
  }),
  AGENT_HEARTBEAT_TIMEOUT_SEC: z.coerce.number().int().min(2).default(90).meta({
    description: "After how long without a beat an agent counts as inactive.",
  }),
});

/** What the broker's administration is opened with. */
export const BrokerSettings = Settings.pick({
  AMQP_MANAGEMENT_URL: true,
  RMQ_AGENTS_VHOST: true,
  RMQ_REQUEST_EXCHANGE: true,
  RMQ_RESPONSE_EXCHANGE: true,
});

/** Functions that make no accounts are not given the broker's administration. */
type Read = Omit<z.output<typeof Settings>, "AMQP_MANAGEMENT_URL" | "RMQ_REQUEST_EXCHANGE">;

/** What the verbs of agents see of them. */
export function partOf(settings: Read) {
  return {
    agentBroker: toldOfBroker(settings),
    agentAllow: settings.AGENT_ALLOW,
    heartbeatIntervalSeconds: settings.AGENT_HEARTBEAT_INTERVAL_SEC,
    heartbeatTimeoutSeconds: settings.AGENT_HEARTBEAT_TIMEOUT_SEC,
  };
}

function toldOfBroker(settings: Read) {
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
