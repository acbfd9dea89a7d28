import type { Home } from "./home.ts";
import { reachableHost } from "./reachable-host.ts";

/** Where the services are, under the names of the settings. */
export type ServiceSettings = {
  DATABASE_URL: string;
  REDIS_URL: string;
  AMQP_URL: string;
  AMQP_MANAGEMENT_URL: string;
  /** The broker as agents are told of it: without an account. */
  AGENT_AMQP_URL: string;
  SQS_ENDPOINT: string;
};

/** The settings of services that exist already and are used instead of private ones. */
export type Given = Partial<ServiceSettings>;

/** Fills in, for the services that are not given, the ports and the passwords of this home. */
export async function settingsFor(
  home: Home,
  given: Given,
  { host, vhost }: { host: string; vhost: string },
): Promise<ServiceSettings> {
  const at = (name: string) => `127.0.0.1:${home.ports[name]}`;
  const account = async (name: string) => `netcheck:${await home.secret(name)}`;
  const broker = await account("rabbitmq");
  const AMQP_URL = given.AMQP_URL ?? `amqp://${broker}@${at("amqp")}/${encodeURIComponent(vhost)}`;
  const opened = `amqp://${reachableHost(host)}:${home.ports["amqp"]}`;
  return {
    DATABASE_URL:
      given.DATABASE_URL ??
      postgresUrl(await home.secret("postgres"), Number(home.ports["postgres"])),
    REDIS_URL: given.REDIS_URL ?? `redis://default:${await home.secret("redis")}@${at("redis")}`,
    AMQP_URL,
    AMQP_MANAGEMENT_URL: given.AMQP_MANAGEMENT_URL ?? `http://${broker}@${at("management")}`,
    AGENT_AMQP_URL: given.AGENT_AMQP_URL ?? (given.AMQP_URL ? withoutAccount(AMQP_URL) : opened),
    SQS_ENDPOINT: given.SQS_ENDPOINT ?? `http://${at("sqs")}`,
  };
}

/** Where the private database of a home listens. */
export function postgresUrl(password: string, port: number): string {
  return `postgres://netcheck:${password}@127.0.0.1:${port}/netcheck`;
}

/** The scheme, host and port of a broker's URL. */
export function withoutAccount(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
